import type { Command } from 'commander'
import { z } from 'zod'
import { predictionFormats } from '../../../shared/api/urls.ts'
import type { Part } from '../../../shared/ensemble/predictions.ts'
import { show, UserError } from '../../../shared/errors.ts'
import type { Core } from '../../core.ts'
import {
  averagePredictions,
  type ChosenMember,
  ensemblePredictions,
} from '../../ensembles/predictionTables.ts'
import { type ExportedFile, type SnapshotFormat, snapshotFormats } from '../../export/model.ts'
import type { PredictionTable } from '../../export/predictions/table.ts'
import { exportEnsembleOnnx } from '../../export/snapshot.ts'
import { exportWeightAverage } from '../../export/weightAverage.ts'
import type { EnsembleRecord } from '../../store/types.ts'
import { addStore, type Cli, printJson, readOptions, storeOptions, typed, withStored } from '../context.ts'
import { describeEnsembles } from '../ensembleText.ts'
import { refuseUnwritable } from '../files.ts'
import { findEnsemble } from '../findEnsemble.ts'
import { findRun } from '../findRun.ts'
import { plural } from '../format.ts'
import { examples } from '../help.ts'
import { writeModel } from '../modelExport.ts'
import {
  isPredictionFormat,
  partFlag,
  partOption,
  predictionWords,
  writePredictions,
} from '../predictionExport.ts'
import { ensembleListReport } from '../reports.ts'

const exportOptions = z.object({
  ...storeOptions,
  format: z.enum([...snapshotFormats, ...predictionFormats]),
  part: partOption,
  raw: z.boolean().default(false),
  out: z.string().min(1),
  force: z.boolean().default(false),
})

const listOptions = z.object({ ...storeOptions, run: z.string().min(1, 'must name a run').optional() })

export function addEnsembles(program: Command, cli: Cli): void {
  const ensembles = program
    .command('ensembles')
    .helpCommand(false)
    .summary('ensembles kept with "ensemble --save": list, export')
    .description('Ensembles kept with "ensemble --save".')
  const list = addStore(ensembles.command('list'))
    .description('List the ensembles that were kept, newest first.')
    .option('--run <run>', 'only those of this run: its name, or its id or a beginning of it')
    .addHelpText('after', examples([['anneal ensembles list --run mwt', 'what was kept of one run']]))
  list.action(async () => {
    const { run, ...options } = readOptions(list, listOptions)
    await withStored(cli, options, async ({ store: { read } }) => {
      const kept = read.ensembles(run === undefined ? undefined : findRun(read, run).id)
      const found = kept.map((ensemble) => ensembleListReport(read, ensemble))
      if (options.json) return printJson(cli, { ensembles: found })
      if (found.length > 0) return cli.terminal.out(describeEnsembles(found, cli.terminal.columns))
      cli.terminal.err(
        `No ensembles were kept${run === undefined ? '' : ' of this run'} yet. Keep one with: ${typed(cli, `ensemble --run ${run ?? '<run>'} --save <name>`)}\n`,
      )
    })
  })
  addExport(ensembles, cli)
}

function addExport(ensembles: Command, cli: Cli): void {
  const command = addStore(ensembles.command('export'))
    .description(
      `Write an ensemble as one ONNX file with all of its members, how they are combined, and the normalisation of each; or what it predicts. An ONNX file takes examples as the data set keeps them. An average of weights is one model, made anew for this, and leaves as tfjs and safetensors as well. ${predictionWords}`,
    )
    .argument('<ensemble>', 'its name or number, from "ensembles list"')
    .requiredOption(
      '--format <format>',
      'onnx; of averaged weights also tfjs or safetensors; predictions: csv, parquet, npy or npz',
    )
    .requiredOption('--out <path>', 'folder for tfjs, a file for the others')
    .option(...partFlag)
    .option('--raw', 'for csv: text as it is stored, not made harmless for spreadsheets')
    .option('--force', 'replace what is there')
    .addHelpText(
      'after',
      examples([
        ['anneal ensembles export best --format onnx --out best.onnx', 'for ONNX Runtime'],
        ['anneal ensembles export best --format parquet --out best.parquet', 'its test predictions'],
      ]),
    )
  command.action(async (given: string) => {
    const options = readOptions(command, exportOptions)
    if (options.format !== 'tfjs') refuseUnwritable(options.out, options.force)
    await withStored(cli, options, (core) =>
      exportEnsemble(cli, core, findEnsemble(core.store.read, given), options),
    )
  })
}

async function exportEnsemble(
  cli: Cli,
  core: Core,
  ensemble: EnsembleRecord,
  options: z.infer<typeof exportOptions>,
): Promise<void> {
  const { format, part, out, force } = options
  const of = { ensembleId: ensemble.id }
  if (isPredictionFormat(format))
    return writePredictions(cli, await predictionsOf(core, ensemble, part), of, { ...options, format })
  const written = await writeModel(await filesOf(core, ensemble, format), out, force)
  if (options.json) return printJson(cli, { ...of, format, files: written })
  for (const { file, bytes } of written) cli.terminal.err(`Wrote ${file} (${plural(bytes, 'byte')}).\n`)
}

const chosen = ({ store }: Core, { members }: EnsembleRecord): ChosenMember[] =>
  members.map(({ snapshotId, weight }) => ({ snapshot: store.read.snapshot(snapshotId), weight }))

async function predictionsOf(core: Core, ensemble: EnsembleRecord, part: Part): Promise<PredictionTable> {
  const { method, members } = ensemble
  if (method !== 'weightAverage') return ensemblePredictions(core, method, chosen(core, ensemble), part)
  return averagePredictions(core, chosen(core, ensemble), await core.ensembles.averaged(members), part)
}

async function filesOf(
  core: Core,
  ensemble: EnsembleRecord,
  format: SnapshotFormat,
): Promise<ExportedFile[]> {
  const { name, method, members } = ensemble
  if (method === 'weightAverage')
    return exportWeightAverage(
      core.store,
      chosen(core, ensemble),
      await core.ensembles.averaged(members),
      format,
    )
  if (format !== 'onnx')
    throw new UserError(
      `While writing ensemble ${show(name)}: ${format} holds one model, and it has ${plural(members.length, 'member')}; write it as onnx, or its members one by one with "snapshots export".`,
    )
  return [{ chunks: [exportEnsembleOnnx(core.store, method, chosen(core, ensemble))] }]
}
