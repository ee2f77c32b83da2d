import { readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImportOptions, OnProgress } from '../../shared/data/importOptions.ts'
import { didYouMean } from '../../shared/didYouMean.ts'
import { show, UserError } from '../../shared/errors.ts'
import { EMBEDDED, embeddedOptions } from './embedded.ts'
import { type ClassCounts, countClasses, readLabels } from './examples.ts'
import { runImport } from './importers/run.ts'
import type { DatasetMeta } from './meta.ts'
import { checkStored, isWhole, readMeta } from './open.ts'
import { readOtherNames } from './otherNames.ts'
import { drawExamples, drawSamples, readRows, type SampledRow, sampleRows } from './samples.ts'
import { storageTrouble } from './storageTrouble.ts'
import { dropTemp, makeTemp, sweepTemps } from './tempFolder.ts'
import type { ImportedDataset, StoredDataset } from './writer.ts'

/** The data sets of one home folder, in `<home>/datasets/<id>`. */
export interface Catalogue {
  /** All data sets that are whole, by name. The embedded one is among them, stored anew if it was missing or damaged. */
  list(): Promise<StoredDataset[]>
  /** Those that are not whole, by id. */
  damaged(): Promise<DamagedDataset[]>
  /** @throws UserError for an unknown name (listing the known ones), one that two data sets have, or a damaged data set */
  resolve(nameOrId: string): Promise<StoredDataset>
  /**
   * Nothing is left behind after an error. One thrown by `onProgress`, or by `checkWanted` just before it is stored, comes
   * out here: that is how to cancel.
   * @throws UserError for wrong options or files
   */
  import(options: ImportOptions, onProgress?: OnProgress, checkWanted?: () => void): Promise<ImportedDataset>
  /** Deletes a data set by its id, damaged or not. @throws UserError when there is none */
  remove(id: string): Promise<void>
  /** Labels of the training part, then of the tests; read once for each id, as what is stored under one never changes. */
  labels(dataset: StoredDataset): Promise<Uint16Array>
  classCounts(dataset: StoredDataset): Promise<ClassCounts>
  /** A PNG of `count` training images of one class, side by side. @throws UserError for tables, or an unknown class */
  drawSamples(nameOrId: string, classIndex: number, count: number): Promise<Buffer>
  /** Some training rows of a table. @throws UserError for images */
  sampleRows(nameOrId: string, count: number): Promise<SampledRow[]>
  /** A PNG of these examples side by side. @throws UserError for tables, or an example that is not there */
  drawExamples(nameOrId: string, indices: readonly number[]): Promise<Buffer>
  /** These rows of a table. @throws UserError for images, or a row that is not there */
  rows(nameOrId: string, indices: readonly number[]): Promise<SampledRow[]>
}

/** A stored data set with a file that is missing, malformed or of the wrong size. */
export interface DamagedDataset {
  readonly id: string
  readonly folder: string
  /** The sentence that says what is wrong. */
  readonly problem: string
}

/** Looks for a data set among those of a home folder that are whole, and stores nothing. @throws UserError as `resolve` */
export async function findStored(home: string, nameOrId: string): Promise<DatasetMeta> {
  return pick(await scanFolders(join(home, 'datasets')), nameOrId).meta
}

/** @param embeddedFolder where the shipped IDX files are, when not beside the source (a packaged app) */
export function createCatalogue(home: string, embeddedFolder?: string): Catalogue {
  const parent = join(home, 'datasets')
  const importEmbedded = () => runImport(parent, embeddedOptions(embeddedFolder), () => undefined)
  let swept: Promise<void> | undefined
  const scan = async (): Promise<Found> => {
    swept ??= sweepTemps(parent)
    await swept
    const found = await scanFolders(parent)
    if (found.whole.some(({ meta }) => meta.id === EMBEDDED.id)) return found
    try {
      await importEmbedded()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      // No room, or no permission to write: what is stored can be used all the same.
      const embedded = { id: EMBEDDED.id, folder: join(parent, EMBEDDED.id), problem: error.message }
      return {
        whole: found.whole,
        damaged: [...found.damaged.filter(({ id }) => id !== EMBEDDED.id), embedded],
      }
    }
    return scanFolders(parent)
  }
  const resolve = async (nameOrId: string): Promise<StoredDataset> => {
    if (nameOrId !== EMBEDDED.name && nameOrId !== EMBEDDED.id) return pick(await scan(), nameOrId)
    // Without a look at the others.
    const folder = join(parent, EMBEDDED.id)
    if (!(await isWhole(folder))) await importEmbedded()
    return describeStored(await readMeta(folder), folder)
  }
  const known = new Map<string, Uint16Array>()
  const labels = async (dataset: StoredDataset): Promise<Uint16Array> => {
    const found = known.get(dataset.meta.id) ?? (await readLabels(dataset))
    known.set(dataset.meta.id, found)
    return found
  }
  return {
    list: async () => (await scan()).whole,
    damaged: async () => (await scan()).damaged,
    resolve,
    async import(options, onProgress = () => undefined, checkWanted) {
      if (options.name === EMBEDDED.name)
        throw new UserError(
          `While importing ${options.path}: the name ${EMBEDDED.name} belongs to the embedded data set; choose another.`,
        )
      return runImport(parent, options, onProgress, checkWanted)
    },
    remove: (id) => removeStored(parent, id),
    labels,
    classCounts: async (dataset) => countClasses(dataset.meta, await labels(dataset)),
    drawSamples: async (nameOrId, classIndex, count) =>
      drawSamples(await resolve(nameOrId), classIndex, count),
    sampleRows: async (nameOrId, count) => sampleRows(await resolve(nameOrId), count),
    drawExamples: async (nameOrId, indices) => drawExamples(await resolve(nameOrId), indices),
    rows: async (nameOrId, indices) => readRows(await resolve(nameOrId), indices),
  }
}

interface Found {
  readonly whole: StoredDataset[]
  readonly damaged: DamagedDataset[]
}

async function scanFolders(parent: string): Promise<Found> {
  const found: Found = { whole: [], damaged: [] }
  for (const id of await storedIds(parent)) {
    const folder = join(parent, id)
    try {
      found.whole.push(await describeStored(await checkStored(folder), folder))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      // Another process may have removed it a moment ago.
      if (!(await stat(folder).catch(() => undefined))) continue
      found.damaged.push({ id, folder, problem: error.message })
    }
  }
  found.whole.sort((a, b) => compare(a.meta.name, b.meta.name) || compare(a.meta.id, b.meta.id))
  return found
}

async function describeStored(meta: DatasetMeta, folder: string): Promise<StoredDataset> {
  const otherNames = await readOtherNames(folder)
  return { meta, folder, ...(otherNames.length > 0 && { otherNames }) }
}

async function storedIds(parent: string): Promise<string[]> {
  const names = await readdir(parent).catch(() => [])
  return names.filter((name) => /^[0-9a-f]{16}$/.test(name)).sort()
}

function pick({ whole, damaged }: Found, nameOrId: string): StoredDataset {
  const doing = 'While looking for a data set'
  // Names are stored in Unicode's composed form, and may be asked for in the other.
  const wanted = nameOrId.normalize('NFC')
  // A whole id goes before names: runs know their data by it, whatever another data set is called.
  const own = whole.find(({ meta }) => meta.id === nameOrId)
  if (own !== undefined) return own
  const broken = damaged.find(({ id }) => id === nameOrId)
  if (broken !== undefined)
    throw new UserError(`${doing}: the stored data set ${broken.id} is damaged; import it again.`, {
      cause: broken.problem,
    })
  const [match, ...more] = whole.filter(({ meta, otherNames = [] }) =>
    [meta.name.normalize('NFC'), ...otherNames].includes(wanted),
  )
  if (match !== undefined && more.length === 0) return match
  if (match !== undefined)
    throw new UserError(
      `${doing}: ${more.length + 1} are called ${show(nameOrId)}; use an id: ${[match, ...more].map(({ meta }) => meta.id).join(' or ')}.`,
    )
  const known = whole.map(({ meta }) => `${meta.name} (${meta.id})`).join(', ')
  const lost = damaged.length > 0 ? `; damaged, import again: ${damaged.map(({ id }) => id).join(', ')}` : ''
  const near = didYouMean(
    nameOrId,
    whole.map(({ meta }) => meta.name),
  )
  throw new UserError(
    `${doing}: there is none called ${show(nameOrId)}${near}; ${known === '' ? 'there are none that can be read' : `there are ${known}`}${lost}.`,
  )
}

async function removeStored(parent: string, id: string): Promise<void> {
  if (!(await storedIds(parent)).includes(id))
    throw new UserError(`While removing a data set: there is none with the id ${show(id)}; list them first.`)
  try {
    // Renamed first: a half-deleted data set is never seen under its id.
    const temp = await makeTemp(parent)
    await rename(join(parent, id), join(temp, 'removed')).finally(() => dropTemp(temp))
  } catch (error) {
    throw storageTrouble(`While removing the data set ${id}`, parent, error)
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
