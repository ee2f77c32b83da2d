import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../syncFolder.ts'
import { createContentWriter, type DatasetForm, type Part } from './contentWriter.ts'
import { type DatasetMeta, datasetFiles, storedMeta, type Values } from './meta.ts'
import { isIntact, readMeta } from './open.ts'
import { readOtherNames, writeOtherNames } from './otherNames.ts'
import { storageTrouble } from './storageTrouble.ts'
import { dropTemp, makeTemp, sweepTemps } from './tempFolder.ts'

/** Takes the examples of one import, training part first. */
export interface DatasetWriter {
  /** A folder for files of the importer's own; it goes when the import ends. */
  readonly scratch: string
  /** Says what is coming. `expected`: number of examples, when known, so that too many are refused at once. */
  begin(form: DatasetForm, expected?: number): Promise<void>
  /** Appends whole examples, row-major, and their labels (indices into `classes`). */
  append(part: Part, examples: Values, labels: ArrayLike<number>): Promise<void>
  /** Says in a sentence what differs from what the person who imports may expect. */
  note(sentence: string): void
}

export interface StoredDataset {
  readonly meta: DatasetMeta
  readonly folder: string
  /** Names beside the one in `meta` under which it is found; absent when there are none. */
  readonly otherNames?: readonly string[]
}

export interface ImportedDataset extends StoredDataset {
  /** The same content was there before, under another name perhaps; it is found by the new name now, too. */
  readonly alreadyStored: boolean
  /** The name that content which was there before got by this import; absent when it had it, or was not there. */
  readonly addedName?: string
  /** What the importer did that may not be expected, a sentence each. */
  readonly notes: readonly string[]
}

interface Description {
  readonly name: string
  readonly source: string
  readonly license?: string
}

/**
 * Stores what `produce` writes as `<parent>/<id>`, where the id is made from the content (contentId.ts). All is written to a
 * temp folder beside, flushed, and renamed into place, so a data set is there whole or not at all, whatever error or kill
 * comes between.
 * @param doing the beginning of error sentences
 * @param checkWanted throws when it has been cancelled: asked a last time before it stands in its place
 * @throws UserError also when the disk is full, read-only or not ours
 */
export async function storeDataset(
  parent: string,
  doing: string,
  describe: Description,
  produce: (writer: DatasetWriter) => Promise<void>,
  checkWanted: () => void = () => undefined,
): Promise<ImportedDataset> {
  try {
    await mkdir(parent, { recursive: true })
    await sweepTemps(parent)
    const temp = await makeTemp(parent)
    try {
      return await writeAndPlace(parent, temp, doing, describe, produce, checkWanted)
    } finally {
      // What cannot be removed now is swept by the next import.
      await dropTemp(temp).catch(() => undefined)
    }
  } catch (error) {
    throw storageTrouble(doing, parent, error)
  }
}

async function writeAndPlace(
  parent: string,
  temp: string,
  doing: string,
  describe: Description,
  produce: (writer: DatasetWriter) => Promise<void>,
  checkWanted: () => void,
): Promise<ImportedDataset> {
  const content = join(temp, 'content')
  const scratch = join(temp, 'scratch')
  const writing = createContentWriter(content, doing)
  const notes: string[] = []
  try {
    await mkdir(content)
    await mkdir(scratch)
    const note = (sentence: string): void => void notes.push(sentence)
    await produce({ scratch, begin: writing.begin, append: writing.append, note })
    const meta = { ...(await writing.finish()), ...describe }
    const text = `${JSON.stringify(storedMeta.parse({ version: 1, ...meta }), null, 2)}\n`
    await writeFile(datasetFiles(content).meta, text, { flush: true, flag: 'wx' })
    // Flushing a large file takes its time, in which it may have been cancelled.
    checkWanted()
    return { ...(await moveIntoPlace(content, parent, meta, temp)), notes }
  } finally {
    await writing.close()
  }
}

type Placed = Omit<ImportedDataset, 'notes'>

async function moveIntoPlace(
  content: string,
  parent: string,
  meta: DatasetMeta,
  temp: string,
): Promise<Placed> {
  const folder = join(parent, meta.id)
  const before = await named(folder, meta.name)
  if (before) return before
  // A damaged copy (a truncated file, say) makes room for the good one. Its names stay in use.
  const kept = (await namesOf(folder)).filter((name) => name !== meta.name)
  if (kept.length > 0) await writeOtherNames(content, kept)
  await rename(folder, join(temp, 'damaged')).catch(() => undefined)
  await syncFolder(content)
  try {
    await rename(content, folder)
  } catch (error) {
    // Another process may have stored the same content a moment ago.
    const meanwhile = await named(folder, meta.name)
    if (meanwhile) return meanwhile
    throw error
  }
  await syncFolder(parent)
  return { meta, folder, alreadyStored: false, ...(kept.length > 0 && { otherNames: kept }) }
}

/** The data set that is stored in `folder`, from now on called `name` too; undefined where none is stored intact. */
async function named(folder: string, name: string): Promise<Placed | undefined> {
  if (!(await isIntact(folder))) return undefined
  const meta = await readMeta(folder)
  const before = await readOtherNames(folder)
  const isKnown = meta.name === name || before.includes(name)
  const otherNames = isKnown ? before : [...before, name]
  if (!isKnown) await writeOtherNames(folder, otherNames)
  return {
    meta,
    folder,
    alreadyStored: true,
    ...(!isKnown && { addedName: name }),
    ...(otherNames.length > 0 && { otherNames }),
  }
}

/** All names of the data set in `folder`, however damaged; none that can be read, none. */
async function namesOf(folder: string): Promise<readonly string[]> {
  const own = await readMeta(folder).then(
    ({ name }) => [name],
    () => [],
  )
  return [...own, ...(await readOtherNames(folder))]
}
