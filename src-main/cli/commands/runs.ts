import path from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { runStatus } from '../../../shared/run/state.ts'
import { visibleJson } from '../../../shared/visibleText.ts'
import type { Core } from '../../core.ts'
import { runPredictions } from '../../ensembles/predictionTables.ts'
import { predictionFile } from '../../export/predictions/index.ts'
import { csvTables, runCsv } from '../../export/runCsv.ts'
import { runJson } from '../../export/runJson.ts'
import { runParquet } from '../../export/runParquet.ts'
import { runTensorboard } from '../../export/runTensorboard.ts'
import { drawRateTest } from '../../export/svg/rateTestPlot.ts'
import { drawRun } from '../../export/svg/runPlot.ts'
import { viewRateTest } from '../../runs/rateTestView.ts'
import type { RunRecord } from '../../store/types.ts'
import {
  addRunCommand,
  addStore,
  type Cli,
  printJson,
  readOptions,
  storeOptions,
  typed,
  wholeNumber,
  withRun,
  withStored,
} from '../context.ts'
import { type Chunk, writeFileWhole } from '../files.ts'
import { plural } from '../format.ts'
import { examples } from '../help.ts'
import {
  isPredictionFormat,
  partFlag,
  partOption,
  predictionWords,
  writePredictions,
} from '../predictionExport.ts'
import { runListReport, runReport } from '../reports.ts'
import { describeRun, runTable } from '../runText.ts'

const formats = ['csv', 'parquet', 'npy', 'npz', 'json', 'tensorboard', 'svg'] as const
const tables = [...csvTables, 'predictions'] as const

const showOptions = z.object(storeOptions)
const listOptions = z.object({
  ...storeOptions,
  status: runStatus.optional(),
  text: z.string().optional(),
  limit: wholeNumber(1).default(50),
})
const exportOptions = z.object({
  ...storeOptions,
  format: z.enum(formats).optional(),
  table: z.enum(tables).optional(),
  part: partOption,
  raw: z.boolean().default(false),
  out: z.string().min(1).optional(),
  force: z.boolean().default(false),
})

export function addRuns(program: Command, cli: Cli): void {
  const runs = program
    .command('runs')
    .helpCommand(false)
    .summary('what is stored: list, show, export, delete')
    .description('What is stored.')
  addList(runs, cli)
  addShow(runs, cli)
  addExport(runs, cli)
  addDelete(runs, cli)
}

function addList(runs: Command, cli: Cli): void {
  const list = addStore(runs.command('list'))
    .description('List runs, newest first, each with the best accuracy it reached on validation data.')
    .option('--status <status>', `only those that are ${runStatus.options.join(', ')}`)
    .option('--text <text>', 'only those whose name or note has this text')
    .option('--limit <n>', 'at most so many (default: 50)')
    .addHelpText('after', examples([['anneal runs list --status interrupted', 'what waits to be resumed']]))
  list.action(async () => {
    const { status, text, limit, ...options } = readOptions(list, listOptions)
    await withStored(cli, options, async (core) => {
      const found = core.store.read.runs({ limit, ...(status && { status }), ...(text && { text }) })
      const runs = found.map((run) => ({ run, bestValAccuracy: bestValAccuracy(core, run) }))
      if (options.json)
        return printJson(cli, { runs: runs.map(({ run, ...best }) => ({ ...runListReport(run), ...best })) })
      if (runs.length > 0) return cli.terminal.out(runTable(core, runs, cli.terminal.columns))
      const none = core.store.read.runs({ limit: 1 }).length === 0
      cli.terminal.err(
        none ? `No runs yet. Begin with: ${typed(cli, 'demo')}\n` : 'None of the stored runs match.\n',
      )
    })
  })
}

/** In 0..1; null for a run without validation data, or that was not evaluated yet. */
const bestValAccuracy = ({ store }: Core, { id }: RunRecord): number | null =>
  store.read.summary(id).best?.valAccuracy ?? null

function addShow(runs: Command, cli: Cli): void {
  const show = addRunCommand(runs, 'show')
    .description(
      'Show one run with its epochs and snapshots. With --json, "step" is the last step used before it, counted from 0; "steps" are those done.',
    )
    .addHelpText(
      'after',
      examples([['anneal runs show mwt --json', 'everything but the series of its steps']]),
    )
  show.action(async (id: string) => {
    const options = readOptions(show, showOptions)
    await withRun(cli, options, id, async (core, run) => {
      if (options.json) return printJson(cli, runReport(core, run))
      await cli.terminal.out(describeRun(core, run, cli.terminal.columns))
    })
  })
}

function addExport(runs: Command, cli: Cli): void {
  const command = addRunCommand(runs, 'export')
    .description(
      `Write a run in an open format: CSV, Parquet, JSON, TensorBoard event files, a picture of it, or what its snapshots predicted. ${predictionWords} Of a run they have those of every snapshot, with its number and cycle.`,
    )
    .option(
      '--format <format>',
      'csv, parquet, json, tensorboard or svg; predictions also npy or npz (default: json)',
    )
    .option(
      '--table <table>',
      'for csv and parquet: steps, epochs, snapshots or predictions (default: steps)',
    )
    .option(...partFlag)
    .option('--raw', 'for csv: text as it is stored, not made harmless for spreadsheets')
    .option('--out <path>', 'file to write, a folder for tensorboard (default: standard output)')
    .option('--force', 'replace the file if it is there')
    .addHelpText(
      'after',
      examples([
        [
          'anneal runs export mwt --format csv --out run.csv',
          'learning rate, loss and the rest, a line a step',
        ],
        [
          'anneal runs export mwt --format npz --table predictions --out test.npz',
          'probabilities of its snapshots, for NumPy',
        ],
        ['anneal runs export mwt --format tensorboard --out logs', 'then: tensorboard --logdir logs'],
        ['anneal runs export mwt --format svg --out run.svg', 'rate, momentum and accuracy on one axis'],
      ]),
    )
  command.action(async (id: string) => {
    const options = readOptions(command, exportOptions)
    await withRun(cli, options, id, (core, run) => exportRun(cli, core, run, options))
  })
}

async function exportRun(
  cli: Cli,
  core: Core,
  run: RunRecord,
  options: z.infer<typeof exportOptions>,
): Promise<void> {
  const { json, format = 'json', table, raw, out, force } = options
  if (out === undefined && (binary.has(format) || (json && format !== 'json'))) {
    throw new UserError(
      `While exporting run ${run.id}: ${format} needs --out, because ${json ? '--json prints JSON' : 'it is a binary file'} on standard output.`,
    )
  }
  if (table === 'predictions' || format === 'npy' || format === 'npz')
    return exportPredictions(cli, core, run, options)
  const { name, chunks } = renderRun(core, run, format, table ?? 'steps', raw)
  if (out === undefined) {
    for (const chunk of chunks) await cli.terminal.out(isJson(format, chunk) ? visibleJson(chunk) : chunk)
    return
  }
  const written = await writeFileWhole(name === undefined ? out : path.join(out, name), chunks, force)
  if (json) return printJson(cli, { runId: run.id, format, ...written })
  cli.terminal.err(`Wrote ${written.file} (${plural(written.bytes, 'byte')}).\n`)
}

const binary = new Set<string>(['tensorboard', 'parquet', 'npy', 'npz'])

async function exportPredictions(
  cli: Cli,
  core: Core,
  run: RunRecord,
  { format = 'json', table = 'predictions', part, out, ...options }: z.infer<typeof exportOptions>,
): Promise<void> {
  if (table !== 'predictions' || !isPredictionFormat(format))
    throw new UserError(
      `While exporting run ${run.id}: ${format} has no table of ${table}; predictions are written as csv, parquet, npy or npz, and steps, epochs and snapshots as csv or parquet.`,
    )
  const predicted = await runPredictions(core, run.id, part)
  if (out !== undefined)
    return writePredictions(cli, predicted, { runId: run.id }, { ...options, format, out })
  for (const chunk of predictionFile(predicted, format, { raw: options.raw })) await cli.terminal.out(chunk)
}

const isJson = (format: string, chunk: Chunk): chunk is string =>
  format === 'json' && typeof chunk === 'string'

/** `name`: the file in the folder the user gave; without it they gave the file itself. */
function renderRun(
  { store: { read } }: Core,
  run: RunRecord,
  format: Exclude<(typeof formats)[number], 'npy' | 'npz'>,
  table: (typeof csvTables)[number],
  raw: boolean,
): { name?: string; chunks: Iterable<Chunk> } {
  switch (format) {
    case 'csv':
      return { chunks: runCsv(read, run.id, table, { raw }) }
    case 'parquet':
      return { chunks: runParquet(read, run.id, table) }
    case 'json':
      return { chunks: runJson(read, run) }
    case 'svg':
      return {
        chunks: [
          run.rateTest === null ? drawRun(read, run) : drawRateTest(run.name, viewRateTest(read, run)),
        ],
      }
    case 'tensorboard':
      return runTensorboard(read, run)
  }
}

function addDelete(runs: Command, cli: Cli): void {
  const remove = addRunCommand(runs, 'delete')
    .description(
      'Delete a run with its metrics, snapshots and ensembles. This cannot be undone, so it wants --yes.',
    )
    .option('--yes', 'do it')
    .addHelpText('after', examples([['anneal runs delete mwt --yes', 'gone for good']]))
  const schema = z.object({ ...storeOptions, yes: z.boolean().default(false) })
  remove.action(async (id: string) => {
    const { yes, ...options } = readOptions(remove, schema)
    await withRun(cli, options, id, async (core, run) => {
      const snapshots = plural(core.store.read.snapshots(run.id).length, 'snapshot')
      if (!yes) {
        throw new UserError(
          `Deleting run ${run.id} (${run.name}) would delete its ${snapshots} for good; add --yes to do it.`,
        )
      }
      core.runs.remove(run.id)
      if (options.json) return printJson(cli, { runId: run.id, deleted: true })
      cli.terminal.err(`Deleted run ${run.id} (${run.name}) and its ${snapshots}.\n`)
    })
  })
}
