import { readdir, realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import type { ImportPredictions } from '../../shared/api/outsidePredictions.ts'
import type { Services } from '../../shared/api/services.ts'
import type { ImportOptions } from '../../shared/data/importOptions.ts'
import type { PreviewOptions } from '../../shared/data/preview.ts'
import { show, UserError } from '../../shared/errors.ts'
import { isWithin } from '../isWithin.ts'
import { isFile } from '../outsidePredictions/members.ts'

type Datasets = Services['datasets']

export interface FolderBounds {
  /** Named by the user: all that lies below them may be read. */
  readonly named: readonly string[]
  /** Anneal's own folder, which is no data, unless it was named. */
  readonly own: string
  /** What was sent by a browser, which it may read again. */
  readonly uploads?: string
  /** The user's folder, where nothing hidden may be read. */
  readonly home?: string
}

/** All that a browser may ask for; every path that it names is checked first. */
export const boundServices = (services: Services, bounds: FolderBounds): Services => ({
  ...services,
  datasets: boundDatasets(services.datasets, bounds),
  elsewhere: boundElsewhere(services.elsewhere, bounds),
  lab: boundLab(services.lab),
  predictions: boundPredictions(services.predictions, bounds),
  runs: boundRuns(services.runs, bounds),
  studies: boundStudies(services.studies, bounds),
})

/**
 * What a browser may read of this machine's files: the user's own folder without what is hidden in it, where keys and
 * passwords lie, and the folders that were named when Anneal was started. Links are followed before it is decided.
 */
function boundDatasets(datasets: Datasets, bounds: FolderBounds): Datasets {
  const check = createCheck(bounds)
  return {
    ...datasets,
    async browse(given) {
      const folder = await datasets.browse(await check(given))
      const isParentOpen = folder.parent !== null && (await isOpen(check, folder.parent))
      return { ...folder, parent: isParentOpen ? folder.parent : null }
    },
    async columns(options) {
      await check(options.path)
      return datasets.columns(options)
    },
    async *preview(options, signal) {
      await checkAll(check, options)
      yield* datasets.preview(options, signal)
    },
    async *import(options, signal) {
      await checkAll(check, options)
      yield* datasets.import(options, signal)
    },
  }
}

/**
 * The same for logs and predictions of other programs. Links in the folder of a log are not followed; what is named like no
 * event file in it is not read.
 */
function boundElsewhere(elsewhere: Services['elsewhere'], bounds: FolderBounds): Services['elsewhere'] {
  const check = createCheck(bounds)
  const checkAll = async ({ files, labels }: ImportPredictions): Promise<void> => {
    for (const file of files) await check(file)
    // Else it is a column of the files.
    if (labels !== undefined && (await isFile(labels))) await check(labels)
  }
  return {
    ...elsewhere,
    async *previewLog(given, signal) {
      yield* elsewhere.previewLog(await check(given), signal)
    },
    async *importLog(input, signal) {
      await check(input.path)
      yield* elsewhere.importLog(input, signal)
    },
    async lookAtPredictions(input) {
      await check(input.path)
      return elsewhere.lookAtPredictions(input)
    },
    async *previewPredictions(input, signal) {
      await checkAll(input)
      yield* elsewhere.previewPredictions(input, signal)
    },
    async *importPredictions(input, signal) {
      await checkAll(input)
      yield* elsewhere.importPredictions(input, signal)
    },
  }
}

/** The same for examples to try a model on: a folder is read with all of its folders. Links to folders are not followed in it. */
function boundPredictions(
  predictions: Services['predictions'],
  bounds: FolderBounds,
): Services['predictions'] {
  const check = createCheck(bounds)
  return {
    ...predictions,
    async *answer(input, signal) {
      const { examples } = input
      if (examples.type === 'path') {
        await check(examples.path)
        await checkEntries(check, examples.path, { depth: Number.POSITIVE_INFINITY, entersLinks: false })
      }
      yield* predictions.answer(input, signal)
    },
  }
}

/** What a folder of a Python environment holds is run as a program: a browser may not name one. */
const boundLab = (lab: Services['lab']): Services['lab'] => ({
  ...lab,
  async useTensorflow({ environment }) {
    throw new UserError(
      `While setting the Python environment with TensorFlow: a browser may not name one, since what it holds is run (received ${show(environment)}); run "anneal tensorflow FOLDER" on the machine of Anneal.`,
    )
  },
})

/** The same for the file of weights that a run begins with. */
function boundRuns(runs: Services['runs'], bounds: FolderBounds): Services['runs'] {
  const check = createCheck(bounds)
  return {
    ...runs,
    async launch(input) {
      await checkWeights(check, input)
      return runs.launch(input)
    },
  }
}

/** The same for the file of weights that all runs of a study begin with. */
function boundStudies(studies: Services['studies'], bounds: FolderBounds): Services['studies'] {
  const check = createCheck(bounds)
  return {
    ...studies,
    async launch(spec, placement) {
      await checkWeights(check, spec)
      return studies.launch(spec, placement)
    },
  }
}

const withWeightsFile = z.object({ initialWeights: z.object({ of: z.object({ file: z.string() }) }) })

/** What names no such file is for others to judge. */
async function checkWeights(check: Check, holder: unknown): Promise<void> {
  const { data } = withWeightsFile.safeParse(holder)
  if (data !== undefined) await check(data.initialWeights.of.file)
}

type Check = (given: string) => Promise<string>
type ReadOptions = ImportOptions | PreviewOptions

/** @throws UserError for the first path that may not be read, of those that an import reads */
async function checkAll(check: Check, options: ReadOptions): Promise<void> {
  for (const each of pathsOf(options)) {
    await check(each)
    await checkEntries(check, each, { depth: depths[options.format], entersLinks: true })
  }
}

/** How many levels of a folder an import of each format reads: images lie in the folders of their classes. */
const depths: Record<ImportOptions['format'], number> = {
  idx: 0,
  csv: 0,
  parquet: 0,
  numpy: 0,
  cifar: 1,
  images: 2,
}

/**
 * Checks what an import finds in a folder: a link in it may lead out of what may be read, and Anneal's own folder may lie in
 * it. What is hidden is passed over by every import. @throws UserError for the first that may not be read
 */
async function checkEntries(
  check: Check,
  folder: string,
  { depth, entersLinks }: { readonly depth: number; readonly entersLinks: boolean },
): Promise<void> {
  if (depth === 0) return
  // A file, or what cannot be read: the import says so in its own words.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue
    const each = path.join(folder, entry.name)
    // A plain file lies where its folder does, which was checked; there may be a million of them.
    if (entry.isFile()) continue
    await check(each)
    if (entry.isDirectory() || entersLinks) await checkEntries(check, each, { depth: depth - 1, entersLinks })
  }
}

/** Its result is the path as it was given. @throws UserError for one that may not be read */
function createCheck({ named, own, uploads, home = homedir() }: FolderBounds): Check {
  const shown = [...new Set([home, ...named.map((folder) => path.resolve(folder))])]
  return async (given) => {
    const real = await realOf(given === '' ? home : given)
    const open = uploads === undefined ? named : [...named, uploads]
    for (const folder of open) if (isWithin(real, await realOf(folder))) return given
    const realHome = await realOf(home)
    const isHidden = path
      .relative(realHome, real)
      .split(path.sep)
      .some((name) => name.startsWith('.'))
    if (isWithin(real, realHome) && !isHidden && !isWithin(real, await realOf(own))) return given
    throw new UserError(
      `While opening ${given === '' ? home : given}: a browser may read what lies in ${shown.join(', ')}, and nothing that is hidden in ${home}, once links are followed; copy the data to there, or start Anneal with --allow-folder and its folder.`,
    )
  }
}

async function isOpen(check: Check, folder: string): Promise<boolean> {
  try {
    await check(folder)
    return true
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}

/** Where a path leads once its links are followed; for what is not there, where it would be. */
async function realOf(given: string): Promise<string> {
  const whole = path.resolve(given)
  try {
    return await realpath(whole)
  } catch {
    const parent = path.dirname(whole)
    return parent === whole ? whole : path.join(await realOf(parent), path.basename(whole))
  }
}

/** Every file and folder that an import would read. */
function pathsOf(options: ReadOptions): string[] {
  const given = (paths: readonly (string | undefined)[]): string[] =>
    paths.filter((each) => each !== undefined)
  switch (options.format) {
    case 'idx':
    case 'numpy':
      return given([options.path, options.labels, options.testImages, options.testLabels])
    case 'cifar':
      return [options.path]
    case 'csv':
    case 'parquet':
    case 'images':
      return given([options.path, options.testPath])
  }
}
