import { z } from 'zod'
import { type PredictionFormat, predictionFormats } from '../../shared/api/urls.ts'
import { predictionFile } from '../export/predictions/index.ts'
import type { PredictionTable } from '../export/predictions/table.ts'
import { type Cli, printJson } from './context.ts'
import { writeFileWhole } from './files.ts'
import { plural } from './format.ts'

/** Which examples an export of predictions is of. */
export const partOption = z.enum(['validation', 'test']).default('test')
export const partFlag = ['--part <part>', 'of predictions: validation or test (default: test)'] as const
/** What the exports of predictions say of their formats. */
export const predictionWords =
  'Predictions are stored probabilities: csv and parquet have a row an example (its place in the part and in the data set, label, predicted class, probabilities), npz the arrays probabilities, labels and examples, npy the probabilities alone.'

export const isPredictionFormat = (format: string): format is PredictionFormat =>
  predictionFormats.some((known) => known === format)

interface Asked {
  readonly format: PredictionFormat
  readonly out: string
  readonly force: boolean
  readonly raw: boolean
  readonly json: boolean
}

/** @param of what is told with --json */
export async function writePredictions(
  cli: Cli,
  table: PredictionTable,
  of: Readonly<Record<string, unknown>>,
  { format, out, force, raw, json }: Asked,
): Promise<void> {
  const written = await writeFileWhole(out, predictionFile(table, format, { raw }), force)
  const { part, answers, labels } = table
  const models = answers.of === 'run' ? { snapshots: answers.snapshots.length } : {}
  if (json) return printJson(cli, { ...of, format, part, examples: labels.length, ...models, ...written })
  const each = answers.of === 'run' ? ` of each of ${plural(answers.snapshots.length, 'snapshot')}` : ''
  cli.terminal.err(
    `Wrote ${written.file} (${plural(labels.length, `${part} example`)}${each}, ${plural(written.bytes, 'byte')}).\n`,
  )
}
