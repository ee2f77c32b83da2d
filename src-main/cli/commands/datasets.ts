import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { z } from 'zod'
import { type DataPreview, previewOptions } from '../../../shared/data/preview.ts'
import { parseOrExplain, UserError } from '../../../shared/errors.ts'
import { visibleText } from '../../../shared/visibleText.ts'
import { databaseFile } from '../../core.ts'
import {
  type Catalogue,
  createCatalogue,
  detectFormat,
  EMBEDDED,
  type ImportOptions,
  importOptions,
  type StoredDataset,
} from '../../datasets/index.ts'
import { previewData } from '../../datasets/preview/previewData.ts'
import { homeFolder } from '../../homeFolder.ts'
import { refuseWhileNeeded } from '../../runs/datasetUse.ts'
import type { RunRecord } from '../../store/types.ts'
import {
  addJson,
  addStore,
  type Cli,
  jsonOption,
  printJson,
  readOptions,
  storeOptions,
  withStored,
} from '../context.ts'
import { plural, whole } from '../format.ts'
import { examples } from '../help.ts'
import { describePreview, previewReport } from '../previewText.ts'
import { table } from '../table.ts'
import { untilInterrupted } from '../untilInterrupted.ts'
import { addExportSplit } from './exportSplit.ts'

const plainOptions = z.object(jsonOption)

/** Comma-separated words; the same word a `--name` could not hold. */
const list = z.string().transform((text) => text.split(',').map((word) => word.trim()))
const size = z
  .string()
  .regex(/^\d{1,5}x\d{1,5}$/, 'must be HEIGHTxWIDTH, e.g. 32x32')
  .transform((text) => {
    const [height = 0, width = 0] = text.split('x').map(Number)
    return { height, width }
  })

const importFlags = z.object({
  ...jsonOption,
  format: z.string().optional(),
  preview: z.boolean().default(false),
  name: z.string().optional(),
  source: z.string().optional(),
  license: z.string().optional(),
  labels: z.string().optional(),
  testImages: z.string().optional(),
  testLabels: z.string().optional(),
  testPath: z.string().optional(),
  classes: list.optional(),
  label: z.string().optional(),
  header: z.boolean().default(true),
  delimiter: z.string().optional(),
  categorical: list.optional(),
  without: list.optional(),
  as: z.string().optional(),
  layout: z.string().optional(),
  arrays: list.optional(),
  resize: size.optional(),
  channels: z.string().transform(Number).optional(),
  skipUnusable: z.boolean().default(false),
})

export function addDatasets(program: Command, cli: Cli): void {
  const datasets = program
    .command('datasets')
    .helpCommand(false)
    .summary('data to train on: list, import, export-split, remove')
    .description('Data to train on, stored once in the data folder.')
  addList(datasets, cli)
  addImport(datasets, cli)
  addExportSplit(datasets, cli)
  addRemove(datasets, cli)
}

function addList(datasets: Command, cli: Cli): void {
  const command = addJson(datasets.command('list'))
    .description('List the data sets.')
    .addHelpText('after', examples([['anneal datasets list', 'names to use as "dataset" of a run']]))
  command.action(async () => {
    const { json } = readOptions(command, plainOptions)
    const catalogue = catalogueOf(cli)
    const found = await catalogue.list()
    const damaged = await catalogue.damaged()
    if (json) return printJson(cli, { datasets: found.map(described), damaged })
    const rows = found.map(({ meta, otherNames = [] }) => [
      meta.id,
      [meta.name, ...otherNames].join(', '),
      meta.shape.join('×'),
      String(meta.classes.length),
      whole(meta.trainCount),
      whole(meta.testCount),
      meta.source,
    ])
    const columns = [
      { head: 'id' },
      { head: 'name', shrinkTo: 12 },
      { head: 'example', align: 'right' },
      { head: 'classes', align: 'right' },
      { head: 'training', align: 'right' },
      { head: 'test', align: 'right' },
      { head: 'source', shrinkTo: 10 },
    ] as const
    await cli.terminal.out(table(columns, rows, cli.terminal.columns))
    for (const { id, problem } of damaged) cli.terminal.err(`Damaged: ${id}. ${problem}\n`)
  })
}

function addImport(datasets: Command, cli: Cli): void {
  const command = addJson(datasets.command('import'))
    .description('Import a data set. It is copied, so the files may go afterwards.')
    .argument('<path>', 'file or folder')
    .option('--format <format>', 'idx, cifar, csv, parquet, numpy or images (default: told by the content)')
    .option(
      '--preview',
      'only tell what would be imported: rows, sizes, columns, classes, the class column that is guessed, what is broken',
    )
    .option('--name <name>', 'what to call it (default: the name of the file or folder)')
    .option('--source <text>', 'where it came from')
    .option('--license <text>', 'under which terms')
    .option('--labels <file|set>', 'idx, numpy: the labels file; cifar: fine or coarse')
    .option('--test-images <file>', 'idx, numpy: examples of the test part')
    .option('--test-labels <file>', 'idx, numpy: labels of the test part')
    .option(
      '--classes <names>',
      'idx: names of labels 0, 1, ... or of those in use, with commas between them',
    )
    .option('--test-path <path>', 'csv, parquet, images: the test part')
    .option('--label <column>', 'csv, parquet: column of the class, by name or position (from 0)')
    .option('--no-header', 'csv: the first line is data')
    .option('--delimiter <character>', 'csv: between fields (default: comma; \\t is a tab)')
    .option(
      '--categorical <columns>',
      'csv, parquet: columns of codes, by name or position, with commas between them',
    )
    .option(
      '--without <columns>',
      'csv, parquet: columns to leave out, by name or position, with commas between them',
    )
    .option('--as <what>', 'csv, parquet, numpy: table, or images whose pixels the rows are')
    .option(
      '--layout <layout>',
      'images in colour of csv, parquet, numpy: planar (all red levels first) or interleaved',
    )
    .option(
      '--arrays <names>',
      'numpy: examples and labels in a .npz, then those of the test part, with commas',
    )
    .option('--resize <size>', 'images: scale to HEIGHTxWIDTH')
    .option('--channels <n>', 'images: 1 grey, 3 colour')
    .option('--skip-unusable', 'images: import without the files that cannot be used')
    .addHelpText(
      'after',
      examples([
        ['anneal datasets import mnist/ --format idx --name mnist', 'a folder with the four files of MNIST'],
        ['anneal datasets import cifar-10-binary.tar.gz --format cifar', 'as published'],
        ['anneal datasets import iris.csv --preview', 'what is in it; nothing is imported'],
        ['anneal datasets import iris.csv --format csv --label species', 'a table with a header'],
        ['anneal datasets import mnist.csv --label label --as images', 'a row of pixels an image'],
        ['anneal datasets import mnist.npz', 'arrays x_train, y_train, x_test, y_test'],
        ['anneal datasets import photos/ --format images --resize 32x32', 'a folder a class'],
      ]),
    )
  command.action(async (path: string) => {
    const { json, preview, ...flags } = readOptions(command, importFlags)
    const given = await givenOptions(path, flags)
    if (preview) return showPreview(cli, path, given, json)
    const imported = await importWithProgress(cli, parseOrExplain(importOptions, given, readingOptions))
    const { meta, alreadyStored, addedName, notes } = imported
    if (json) return printJson(cli, { ...described(imported), alreadyStored, notes })
    for (const note of notes) cli.terminal.err(`${visibleText(note)}\n`)
    cli.terminal.err(
      `${alreadyStored ? 'Was there already' : 'Imported'}: ${meta.name} (${meta.id}), ${plural(meta.trainCount, 'example')} for training and ${whole(meta.testCount)} for test, ${meta.classes.length} classes.${addedName === undefined ? '' : ` ${addedName} is another name of it now.`}\n`,
    )
  })
}

const readingOptions = 'reading the options of "anneal datasets import"'

/** Only what belongs to the format is handed on; a flag of another format is refused by its schema. */
async function givenOptions(path: string, flags: Omit<z.infer<typeof importFlags>, 'json' | 'preview'>) {
  const { header, categorical, skipUnusable, format, ...rest } = flags
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  const chosen = {
    ...(header ? {} : { header }),
    ...(categorical && { categorical }),
    ...(skipUnusable && { skipUnusable }),
  }
  return { path, format: format ?? (await detectFormat(path)), ...given, ...chosen }
}

/** Looks at everything, however long that takes: a program may read what is printed. */
async function showPreview(cli: Cli, path: string, given: object, json: boolean): Promise<void> {
  const options = parseOrExplain(previewOptions, given, readingOptions)
  const { screen } = cli.terminal
  const last = await untilInterrupted(cli, async (signal) => {
    let last: DataPreview | undefined
    for await (const preview of previewData(options, signal)) {
      last = preview
      const { done, total } = preview.progress
      screen?.write(`\r\x1b[KLooking: ${Math.floor((100 * done) / Math.max(1, total))} %`)
    }
    screen?.write('\r\x1b[K')
    return last
  })
  if (last === undefined) return
  if (json) return printJson(cli, previewReport(last))
  await cli.terminal.out(describePreview(last, path, cli.terminal.columns))
}

async function importWithProgress(cli: Cli, options: ImportOptions) {
  const { screen } = cli.terminal
  let shown = 0
  try {
    return await catalogueOf(cli).import(options, ({ done, total, unit }) => {
      const now = Date.now()
      if (screen === undefined || now - shown < 100) return
      shown = now
      const share = total === undefined ? '' : ` of ${whole(total)} (${Math.floor((100 * done) / total)} %)`
      screen.write(`\r\x1b[KImporting: ${whole(done)}${share} ${unit}`)
    })
  } finally {
    if (shown > 0) screen?.write('\r\x1b[K')
  }
}

function addRemove(datasets: Command, cli: Cli): void {
  const command = addStore(datasets.command('remove'))
    .description(
      'Delete an imported data set. Runs that used it stay, but cannot be resumed until it is imported again. None of them may be training or waiting in the queue.',
    )
    .argument('<data set>', 'name or id')
    .option('--yes', 'do it')
    .addHelpText('after', examples([['anneal datasets remove iris --yes', 'gone for good']]))
  const schema = z.object({ ...storeOptions, yes: z.boolean().default(false) })
  command.action(async (nameOrId: string) => {
    const { json, yes, db } = readOptions(command, schema)
    const catalogue = catalogueOf(cli)
    const { id, called, holding } = await toRemove(catalogue, nameOrId)
    const runs = await runsOf(cli, db, id)
    refuseWhileNeeded(runs, called)
    const then = afterwards(id, runs.length)
    if (!yes) {
      const deletes = id === EMBEDDED.id ? holding : `${holding} for good`
      throw new UserError(
        `Removing the data set ${called} would delete ${deletes}${then && ` (${then})`}; add --yes to do it.`,
      )
    }
    await catalogue.remove(id)
    if (json) return printJson(cli, { id, removed: true, runs: runs.length })
    cli.terminal.err(`Removed ${called}${then && `: ${then}`}.\n`)
  })
}

/**
 * The stored runs that use the data set. A database that is not there yet is not made for this.
 * @throws UserError when `--db` names none
 */
async function runsOf(cli: Cli, db: string | undefined, id: string): Promise<RunRecord[]> {
  if (db === undefined && !existsSync(databaseFile(cli.terminal.env))) return []
  return withStored(cli, { db }, async ({ store }) =>
    store.read.runs().filter(({ datasetId }) => datasetId === id),
  )
}

/** What follows from the removal, in words; empty when nothing does. */
function afterwards(id: string, runs: number): string {
  if (id === EMBEDDED.id) return 'it ships with Anneal and comes back at its next use'
  if (runs === 0) return ''
  return `${plural(runs, 'stored run')} used it and cannot be resumed until it is imported again`
}

/** A damaged data set can be removed too, though not used. */
async function toRemove(catalogue: Catalogue, nameOrId: string) {
  const damaged = (await catalogue.damaged()).find(({ id }) => id === nameOrId)
  if (damaged) return { id: damaged.id, called: damaged.id, holding: 'its damaged files' }
  const { id, name, trainCount, testCount } = (await catalogue.resolve(nameOrId)).meta
  return {
    id,
    called: `${name} (${id})`,
    holding: `its ${plural(trainCount + testCount, 'example')}`,
  }
}

function catalogueOf(cli: Cli) {
  return createCatalogue(homeFolder(cli.terminal.env))
}

function described({ meta, folder, otherNames = [] }: StoredDataset) {
  return { ...meta, folder, otherNames }
}
