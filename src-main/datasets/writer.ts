import { mkdir, open, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createContentWriter, type DatasetForm, type Part } from './contentWriter.ts'
import { type DatasetMeta, datasetFiles, storedMeta, type Values } from './meta.ts'
import { isWhole, readMeta } from './open.ts'
import { dropTemp, makeTemp, sweepTemps } from './tempFolder.ts'

/** Takes the examples of one import, training part first. */
export interface DatasetWriter {
  /** A folder for files of the importer's own; it goes when the import ends. */
  readonly scratch: string
  /** Says what is coming. `expected`: number of examples, when known, so that too many are refused at once. */
  begin(form: DatasetForm, expected?: number): Promise<void>
  /** Appends whole examples, row-major, and their labels (indices into `classes`). */
  append(part: Part, examples: Values, labels: ArrayLike<number>): Promise<void>
}

export interface StoredDataset {
  readonly meta: DatasetMeta
  readonly folder: string
}

export interface ImportedDataset extends StoredDataset {
  /** The same content was there before; it keeps the name it had. */
  readonly alreadyStored: boolean
}

interface Description {
  readonly name: string
  readonly source: string
  readonly license?: string
}

/**
 * Stores what `produce` writes as `<parent>/<id>`, the id being the first 16 hexadecimal digits of a sha256 over shape,
 * classes, examples and labels. All is written to a temp folder beside, flushed, and renamed into place, so a data set
 * is there whole or not at all, whatever error or kill comes between.
 * @param doing the beginning of error sentences
 * @param checkWanted throws when it has been cancelled: asked a last time before it stands in its place
 */
export async function storeDataset(
  parent: string,
  doing: string,
  describe: Description,
  produce: (writer: DatasetWriter) => Promise<void>,
  checkWanted: () => void = () => undefined,
): Promise<ImportedDataset> {
  await mkdir(parent, { recursive: true })
  await sweepTemps(parent)
  const temp = await makeTemp(parent)
  const content = join(temp, 'content')
  const scratch = join(temp, 'scratch')
  const writing = createContentWriter(content, doing)
  try {
    await mkdir(content)
    await mkdir(scratch)
    await produce({ scratch, begin: writing.begin, append: writing.append })
    const meta = { ...(await writing.finish()), ...describe }
    const text = `${JSON.stringify(storedMeta.parse({ version: 1, ...meta }), null, 2)}\n`
    await writeFile(datasetFiles(content).meta, text, { flush: true, flag: 'wx' })
    // Flushing a large file takes its time, in which it may have been cancelled.
    checkWanted()
    return await moveIntoPlace(content, parent, meta, temp)
  } finally {
    await writing.close()
    await dropTemp(temp)
  }
}

async function moveIntoPlace(
  content: string,
  parent: string,
  meta: DatasetMeta,
  temp: string,
): Promise<ImportedDataset> {
  const folder = join(parent, meta.id)
  const existing = async (): Promise<ImportedDataset | undefined> =>
    (await isWhole(folder)) ? { meta: await readMeta(folder), folder, alreadyStored: true } : undefined
  const before = await existing()
  if (before) return before
  // A damaged copy (a truncated file, say) makes room for the good one.
  await rename(folder, join(temp, 'damaged')).catch(() => undefined)
  await syncFolder(content)
  try {
    await rename(content, folder)
  } catch (error) {
    // Another process may have stored the same content a moment ago.
    const meanwhile = await existing()
    if (meanwhile) return meanwhile
    throw error
  }
  await syncFolder(parent)
  return { meta, folder, alreadyStored: false }
}

/** Makes the names in a folder durable. Windows has no such call, and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  await using handle = await open(folder)
  await handle.sync()
}
