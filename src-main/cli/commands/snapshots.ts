import type { Command } from 'commander'
import { z } from 'zod'
import { predictionFormats } from '../../../shared/api/urls.ts'
import { parseOrExplain, UserError } from '../../../shared/errors.ts'
import { snapshotPredictions } from '../../ensembles/predictionTables.ts'
import { snapshotFormats } from '../../export/model.ts'
import { exportSnapshot } from '../../export/snapshot.ts'
import { whyNoSnapshots } from '../../trainedElsewhere.ts'
import {
  addRunCommand,
  addStore,
  type Cli,
  printJson,
  readOptions,
  storeOptions,
  wholeNumber,
  withRun,
  withStored,
} from '../context.ts'
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
import { snapshotReport } from '../reports.ts'
import { snapshotTable } from '../runText.ts'

const listOptions = z.object(storeOptions)
const exportOptions = z.object({
  ...storeOptions,
  format: z.enum([...snapshotFormats, ...predictionFormats]),
  part: partOption,
  raw: z.boolean().default(false),
  out: z.string().min(1),
  force: z.boolean().default(false),
  ema: z.boolean().default(false),
})
const snapshotNumber = z.object({ snapshot: wholeNumber(1) })

export function addSnapshots(program: Command, cli: Cli): void {
  const snapshots = program
    .command('snapshots')
    .helpCommand(false)
    .summary('models kept at the ends of cycles: list, export')
    .description('Models kept at the ends of cycles.')
  addList(snapshots, cli)
  addExport(snapshots, cli)
}

function addList(snapshots: Command, cli: Cli): void {
  const list = addRunCommand(snapshots, 'list')
    .description(
      'List the snapshots of a run, each with the steps done before it. With --json, "step" is the last of those, counted from 0.',
    )
    .addHelpText(
      'after',
      examples([['anneal snapshots list mwt', 'their numbers are for ensemble and export']]),
    )
  list.action(async (id: string) => {
    const options = readOptions(list, listOptions)
    await withRun(cli, options, id, async (core, run) => {
      const found = core.store.read.snapshots(run.id)
      if (options.json) return printJson(cli, { runId: run.id, snapshots: found.map(snapshotReport) })
      if (found.length === 0) cli.terminal.err(`While listing snapshots: ${whyNoSnapshots(run)}.\n`)
      else await cli.terminal.out(snapshotTable(run, found, cli.terminal.columns))
    })
  })
}

function addExport(snapshots: Command, cli: Cli): void {
  const command = addStore(snapshots.command('export'))
    .description(
      `Write a snapshot as a tfjs LayersModel (a folder), a safetensors file or an ONNX file, with its normalisation, or what it predicted. An ONNX file takes examples as the data set keeps them: normalisation is part of it. ${predictionWords}`,
    )
    .argument('<snapshot>', 'its number, from "snapshots list"')
    .requiredOption(
      '--format <format>',
      'the model: tfjs, safetensors or onnx; predictions: csv, parquet, npy or npz',
    )
    .requiredOption('--out <path>', 'folder for tfjs, a file for the others')
    .option(...partFlag)
    .option('--raw', 'for csv: text as it is stored, not made harmless for spreadsheets')
    .option('--force', 'replace what is there')
    .option('--ema', 'the moving average of the weights kept beside it, instead of its own')
    .addHelpText(
      'after',
      examples([
        ['anneal snapshots export 5 --format tfjs --out model', 'for tf.loadLayersModel'],
        ['anneal snapshots export 5 --format onnx --out model.onnx', 'for ONNX Runtime and others'],
        ['anneal snapshots export 5 --format safetensors --out model.safetensors', 'for any other program'],
        ['anneal snapshots export 5 --format npz --part test --out test.npz', 'its predictions, for NumPy'],
      ]),
    )
  command.action(async (number: string) => {
    const options = readOptions(command, exportOptions)
    const { snapshot } = readArgument(number)
    const { format } = options
    await withStored(cli, options, async (core) => {
      if (isPredictionFormat(format)) {
        refuseAverage(snapshot, options.ema)
        const table = await snapshotPredictions(core, core.store.read.snapshot(snapshot), options.part)
        return writePredictions(cli, table, { snapshotId: snapshot }, { ...options, format })
      }
      const files = exportSnapshot(core.store, snapshot, format, options.ema ? 'ema' : 'own')
      const written = await writeModel(files, options.out, options.force)
      if (options.json) return printJson(cli, { snapshotId: snapshot, format, files: written })
      for (const { file, bytes } of written) cli.terminal.err(`Wrote ${file} (${plural(bytes, 'byte')}).\n`)
    })
  })
}

function refuseAverage(snapshot: number, ema: boolean): void {
  if (!ema) return
  throw new UserError(
    `While exporting snapshot ${snapshot}: the predictions of its moving average are not kept, only their scores; leave out --ema, or export its weights.`,
  )
}

function readArgument(number: string): { snapshot: number } {
  return parseOrExplain(snapshotNumber, { snapshot: number }, 'choosing the snapshot')
}
