import path from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { parseOrExplain, UserError } from '../../../shared/errors.ts'
import { dataOfRun } from '../../../shared/run/dataOfRun.ts'
import { ELSEWHERE_DATASET } from '../../../shared/run/elsewhere.ts'
import { runSpec } from '../../../shared/run/spec.ts'
import { openDataset, splitDataset } from '../../datasets/index.ts'
import { splitFiles, splitFormats, splitParts } from '../../export/split.ts'
import { addStore, type Cli, printJson, readOptions, storeOptions, withStored } from '../context.ts'
import { refuseToOverwrite, writeFileWhole } from '../files.ts'
import { findRun } from '../findRun.ts'
import { plural, whole } from '../format.ts'
import { examples as shown } from '../help.ts'

const number = z.string().transform(Number)
const flags = z.object({
  ...storeOptions,
  run: z.string().optional(),
  validation: number.optional(),
  test: number.optional(),
  splitSeed: number.optional(),
  part: z.enum(splitParts).optional(),
  format: z.enum(splitFormats).default('csv'),
  examples: z.boolean().default(false),
  out: z.string(),
  force: z.boolean().default(false),
})
type Flags = z.infer<typeof flags>

const spec = runSpec.shape.dataset.unwrap()

export function addExportSplit(datasets: Command, cli: Cli): void {
  const command = addStore(datasets.command('export-split'))
    .description(
      'Write which examples a split gives to training, validation and test, with their labels: for another program to train on the very same split. Its predictions come back by "anneal import predictions", in the order of "position".',
    )
    .argument('[data set]', 'name or id; with --run, that of the run')
    .requiredOption('--out <folder>', 'where the files go')
    .option('--run <run>', 'the split of this run')
    .option('--validation <size>', 'share of the split for validation (default: 0.1)')
    .option('--test <size>', 'share for test where it has no test part (default: 0.2)')
    .option('--split-seed <n>', 'seed of the split (default: 1)')
    .option('--part <part>', 'only this one: train, validation or test')
    .option('--format <format>', 'csv, npy or parquet (default: csv)')
    .option('--examples', 'the examples too: pixels as npy, features of a table in every format')
    .option('--force', 'replace what is there')
    .addHelpText(
      'after',
      shown([
        ['anneal datasets export-split iris --out split', 'split.csv, as a new run would split it'],
        ['anneal datasets export-split --run mwt --format npy --examples --out split', 'arrays for PyTorch'],
      ]),
    )
  command.action(async (nameOrId: string | undefined) => {
    const given = readOptions(command, flags)
    await withStored(cli, given, async ({ store, catalogue }) => {
      const options = splitOf(nameOrId, given, (run) => findRun(store.read, run))
      const { folder } = await catalogue.resolve(options.name)
      const dataset = await openDataset(folder)
      const { validation, test, seed } = options
      const split = splitDataset(dataset.labels, dataset.meta, { validation, test, seed })
      const parts = given.part === undefined ? splitParts : [given.part]
      const files = splitFiles({
        dataset,
        split,
        options: { validation, test, seed },
        format: given.format,
        parts,
        examples: given.examples,
      }).map(({ name, chunks }) => ({ file: path.join(given.out, name), chunks }))
      // All or nothing: none is written where one would be in the way.
      for (const { file } of files) refuseToOverwrite(file, given.force)
      const written = []
      for (const { file, chunks } of files) written.push(await writeFileWhole(file, chunks, given.force))
      if (given.json)
        return printJson(cli, {
          dataset: dataset.meta.id,
          split: { validation, test, seed },
          counts: Object.fromEntries(parts.map((part) => [part, split[part].length])),
          files: written,
        })
      for (const { file, bytes } of written) cli.terminal.err(`Wrote ${file} (${plural(bytes, 'byte')}).\n`)
      cli.terminal.err(
        `${dataset.meta.name}: ${parts.map((part) => `${whole(split[part].length)} for ${part}`).join(', ')}; validation ${validation}, test ${test}, seed ${seed}.\n`,
      )
    })
  })
}

function splitOf(nameOrId: string | undefined, given: Flags, runOf: (name: string) => RunLike) {
  const refuse = (what: string): UserError =>
    new UserError(`While reading the options of "anneal datasets export-split": ${what}.`)
  const { run, validation, test, splitSeed: seed } = given
  const sizes = Object.fromEntries(
    Object.entries({ validation, test, seed }).filter(([, value]) => value !== undefined),
  )
  if (run === undefined) {
    if (nameOrId === undefined) throw refuse('name a data set, or a run with --run')
    return parseOrExplain(spec, { name: nameOrId, ...sizes }, 'reading the split')
  }
  if (nameOrId !== undefined || Object.keys(sizes).length > 0)
    throw refuse(
      '--run says data set and split; leave out the data set, --validation, --test and --split-seed',
    )
  const found = runOf(run)
  if (found.datasetId === ELSEWHERE_DATASET)
    throw refuse(`run ${found.id} has data that are not in the lab; name another run, or a data set`)
  return dataOfRun(found)
}

type RunLike = ReturnType<typeof findRun>
