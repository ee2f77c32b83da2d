import { createHash } from 'node:crypto'
import { open, readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseOrExplain, UserError } from '../../shared/errors.ts'
import { contentId } from './contentId.ts'
import { EMBEDDED } from './embedded.ts'
import {
  asValues,
  bytesPerValue,
  checkExtent,
  type DatasetMeta,
  datasetFiles,
  exampleSize,
  storedMeta,
  type Values,
} from './meta.ts'
import { reasonOf } from './storageTrouble.ts'

/** Small enough that the bytes are still in the processor's cache when they are hashed. */
const READ_BYTES = 2 ** 20

/** A stored data set in memory. Example i is `examples[i * n .. (i + 1) * n)`, n the product of `meta.shape`. */
export interface Dataset {
  readonly meta: DatasetMeta
  readonly examples: Values
  readonly labels: Uint16Array
}

/**
 * Reads a stored data set whole into memory (at most 2 GiB of examples) and compares every byte with its id, at about
 * 1 GB a second.
 * @throws UserError when a file is missing, of the wrong size, not as it was stored, or holds a label without a class
 */
export async function openDataset(folder: string): Promise<Dataset> {
  const meta = await readMeta(folder)
  const doing = `While opening the data set ${meta.name} (${folder})`
  const count = meta.trainCount + meta.testCount
  checkExtent(doing, meta.kind, meta.shape, meta.dtype, count)
  const files = datasetFiles(folder)
  const sizes = storedSizes(meta)
  const examples = await readWhole(files.examples, sizes.examples, doing)
  const labels = await readWhole(files.labels, sizes.labels, doing)
  const dataset = {
    meta,
    examples: asValues(meta.dtype, examples.bytes),
    labels: new Uint16Array(labels.bytes.buffer),
  }
  const stray = dataset.labels.findIndex((label) => label >= meta.classes.length)
  if (stray >= 0)
    throw new UserError(
      `${doing}: example ${stray} has label ${dataset.labels[stray]}, but there are ${meta.classes.length} classes; import the data set again.`,
    )
  if (contentId(meta, { examples: examples.digest, labels: labels.digest }) !== meta.id)
    throw new UserError(
      `${doing}: it is damaged, for its files are not as they were stored; ${remedyOf(meta)}. Everything else stays usable.`,
    )
  return dataset
}

/** Reads and checks meta.json alone. @throws UserError when it is missing or malformed */
export async function readMeta(folder: string): Promise<DatasetMeta> {
  const doing = `reading the data set in ${folder}`
  let text: string
  try {
    text = await readFile(datasetFiles(folder).meta, 'utf8')
  } catch (error) {
    throw new UserError(
      `While ${doing}: meta.json cannot be read (${reasonOf(error)}); mend that or import the data set again.`,
      { cause: error },
    )
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new UserError(`While ${doing}: meta.json is not JSON; import the data set again.`, { cause: error })
  }
  const { version: _, ...meta } = parseOrExplain(storedMeta, json, doing)
  return meta
}

/**
 * Reads meta.json and compares the sizes of the other files with it.
 * @throws UserError when the folder does not hold a whole data set
 */
export async function checkStored(folder: string): Promise<DatasetMeta> {
  const meta = await readMeta(folder)
  const files = datasetFiles(folder)
  const sizes = storedSizes(meta)
  for (const part of ['examples', 'labels'] as const) {
    const found = await stat(files[part]).catch(() => undefined)
    if (found?.size !== sizes[part])
      throw new UserError(
        `While looking at the data set ${meta.name} (${folder}): ${basename(files[part])} has ${found?.size ?? 'no'} bytes where meta.json promises ${sizes[part]}; import the data set again.`,
      )
  }
  return meta
}

/** Whether the folder holds a data set whose files have the sizes its meta.json promises. */
export const isWhole = (folder: string): Promise<boolean> =>
  checkStored(folder).then(
    () => true,
    () => false,
  )

/** Bytes that the files of a data set have. */
function storedSizes({ shape, dtype, trainCount, testCount }: DatasetMeta) {
  const count = trainCount + testCount
  return { examples: count * exampleSize(shape) * bytesPerValue(dtype), labels: count * 2 }
}

/** What makes a damaged data set whole again. */
const remedyOf = ({ id }: DatasetMeta): string =>
  id === EMBEDDED.id
    ? 'remove it, and it comes back whole, as it ships with Anneal'
    : 'import it again from its files, which mends it under the same id'

/** Whether every byte of the data set is as it was stored; the files are read to their ends. */
export const isIntact = (folder: string): Promise<boolean> =>
  openDataset(folder).then(
    () => true,
    () => false,
  )

interface ReadFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** sha256, hexadecimal. */
  readonly digest: string
}

async function readWhole(path: string, size: number, doing: string): Promise<ReadFile> {
  try {
    await using file = await open(path)
    const found = (await file.stat()).size
    if (found !== size)
      throw new UserError(
        `${doing}: ${path} has ${found} bytes where meta.json promises ${size}; import the data set again.`,
      )
    const bytes = new Uint8Array(size)
    const hash = createHash('sha256')
    // One read call may return less than asked for.
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(bytes, at, Math.min(size - at, READ_BYTES))
      if (bytesRead === 0) throw new UserError(`${doing}: ${path} became shorter while it was read.`)
      hash.update(bytes.subarray(at, at + bytesRead))
      at += bytesRead
    }
    return { bytes, digest: hash.digest('hex') }
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(
      `${doing}: ${path} cannot be read (${reasonOf(error)}); mend that or import the data set again.`,
      { cause: error },
    )
  }
}
