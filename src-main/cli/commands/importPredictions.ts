import type { Command } from 'commander'
import { z } from 'zod'
import {
  type ImportPredictions,
  importPredictions,
  type PredictionsImported,
} from '../../../shared/api/outsidePredictions.ts'
import { parseOrExplain, UserError } from '../../../shared/errors.ts'
import { dataOfRun } from '../../../shared/run/dataOfRun.ts'
import { visibleText } from '../../../shared/visibleText.ts'
import { addStore, type Cli, printJson, readOptions, storeOptions, typed, withStored } from '../context.ts'
import { findRun } from '../findRun.ts'
import { plural, whole } from '../format.ts'
import { examples } from '../help.ts'
import { table } from '../table.ts'

const number = z.string().transform(Number)
const flags = z.object({
  ...storeOptions,
  labels: z.string().optional(),
  dataset: z.string().optional(),
  run: z.string().optional(),
  part: z.string().optional(),
  validation: number.optional(),
  test: number.optional(),
  splitSeed: number.optional(),
  logits: z.boolean().default(false),
  probabilities: z.boolean().default(false),
  name: z.string().optional(),
})
type Flags = Omit<z.infer<typeof flags>, 'json' | 'db'>

export function addImportPredictions(parent: Command, cli: Cli): void {
  const command = addStore(parent.command('predictions'))
    .description(
      'Import predictions that another program made, as a run whose snapshots are the files, in their order: for ensembles. Each file has a row an example and a column a class, probabilities or logits; one column alone is the second of two classes.',
    )
    .argument('<files...>', '.npy, .npz, .parquet or .csv, one a member')
    .option(
      '--labels <name>',
      'column or array of the files, or a file of its own, with the right classes from 0',
    )
    .option('--dataset <data set>', 'of the lab, whose examples they answer; its labels are used')
    .option('--run <run>', 'instead: the data set and split of this run, to be combined with it')
    .option('--part <part>', 'test or validation (default: test)')
    .option('--validation <size>', 'with --dataset: share of the split for validation (default: 0.1)')
    .option('--test <size>', 'with --dataset: share for test where it has no test part (default: 0.2)')
    .option('--split-seed <n>', 'with --dataset: seed of the split (default: 1)')
    .option('--logits', 'the numbers are logits (default: told by the numbers)')
    .option('--probabilities', 'the numbers are probabilities; rows are divided by their sum')
    .option('--name <name>', 'what to call the run')
    .addHelpText(
      'after',
      examples([
        ['anneal import predictions cycle1.npy cycle2.npy --labels y.npy', 'NumPy arrays, labels in a third'],
        ['anneal import predictions a.csv b.csv --labels label', 'tables with a column of labels'],
        ['anneal import predictions torch.npz --run mwt', 'to be combined with a run of the lab'],
      ]),
    )
  command.action(async (files: string[]) => {
    const { json, db, ...given } = readOptions(command, flags)
    await withStored(cli, { db }, async ({ store, outsidePredictions }) => {
      const like = given.run === undefined ? undefined : dataOfRun(findRun(store.read, given.run))
      const imported = await outsidePredictions.import(requestOf(files, given, like))
      if (json) return printJson(cli, imported)
      await tell(cli, imported)
    })
  })
}

function requestOf(files: string[], given: Flags, like: ImportPredictions['dataset']): ImportPredictions {
  const { dataset, run, validation, test, splitSeed, logits, probabilities, labels, part, name } = given
  const refuse = (what: string): UserError =>
    new UserError(`While reading the options of "anneal import predictions": ${what}.`)
  if (logits && probabilities) throw refuse('give --logits or --probabilities, not both')
  if (dataset !== undefined && run !== undefined) throw refuse('give --dataset or --run, not both')
  const split = without({ validation, test, seed: splitSeed })
  if (dataset === undefined && Object.keys(split).length > 0)
    throw refuse('--validation, --test and --split-seed describe the split of --dataset; name that too')
  const form = logits ? 'logits' : probabilities ? 'probabilities' : undefined
  return parseOrExplain(
    importPredictions,
    {
      files,
      ...without({ labels, part, name, as: form }),
      ...(dataset !== undefined && { dataset: { name: dataset, ...split } }),
      ...(like !== undefined && { dataset: like }),
    },
    'reading the options of "anneal import predictions"',
  )
}

const without = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

async function tell(cli: Cli, imported: PredictionsImported): Promise<void> {
  const { members, examples: count, classes, part, labelsFrom, runId, runName } = imported
  const columns = [
    { head: 'file', shrinkTo: 12 },
    { head: 'taken for' },
    { head: `${part} accuracy`, align: 'right' },
    { head: 'NLL', align: 'right' },
    { head: 'columns', shrinkTo: 10 },
  ] as const
  const rows = members.map(({ file, as, scores, columns: taken }) => [
    file,
    as,
    `${(100 * scores.accuracy).toFixed(2)} %`,
    scores.nll.toFixed(4),
    taken.length > 3 ? `${taken[0]} … ${taken.at(-1)}` : taken.join(', '),
  ])
  await cli.terminal.out(table(columns, rows, cli.terminal.columns))
  for (const { file, warnings } of members)
    for (const warning of warnings) cli.terminal.err(`${visibleText(file)}: ${visibleText(warning)}\n`)
  cli.terminal.err(
    `Imported as run ${runId} (${visibleText(runName)}): ${plural(members.length, 'member')}, ${whole(count)} examples, ${classes} classes, labels: ${visibleText(labelsFrom)}. Combine them with: ${typed(cli, `ensemble --run ${runId}`)}\n`,
  )
}
