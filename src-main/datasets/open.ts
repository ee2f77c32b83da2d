import { open, readFile } from 'node:fs/promises'
import { parseOrExplain, UserError } from '../../shared/errors.ts'
import {
  bytesPerValue,
  checkExtent,
  type DatasetMeta,
  datasetFiles,
  exampleSize,
  storedMeta,
} from './meta.ts'

/** A stored data set in memory. Example i is `examples[i * n .. (i + 1) * n)`, n the product of `meta.shape`. */
export interface Dataset {
  readonly meta: DatasetMeta
  readonly examples: Uint8Array | Float32Array
  readonly labels: Uint16Array
}

/**
 * Reads a stored data set whole into memory (at most 2 GiB of examples).
 * @throws UserError when a file is missing, of the wrong size, or holds a label without a class
 */
export async function openDataset(folder: string): Promise<Dataset> {
  const meta = await readMeta(folder)
  const doing = `While opening the data set ${meta.name} (${folder})`
  const count = meta.trainCount + meta.testCount
  checkExtent(doing, meta.kind, meta.shape, meta.dtype, count)
  const files = datasetFiles(folder)
  const values = count * exampleSize(meta.shape)
  const examples = await readWhole(files.examples, values * bytesPerValue(meta.dtype), doing)
  const labels = await readWhole(files.labels, count * 2, doing)
  const dataset = {
    meta,
    examples: meta.dtype === 'uint8' ? examples : new Float32Array(examples.buffer, 0, values),
    labels: new Uint16Array(labels.buffer, 0, count),
  }
  const stray = dataset.labels.findIndex((label) => label >= meta.classes.length)
  if (stray >= 0)
    throw new UserError(
      `${doing}: example ${stray} has label ${dataset.labels[stray]}, but there are ${meta.classes.length} classes; import the data set again.`,
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
    throw new UserError(`While ${doing}: meta.json cannot be read; import the data set again.`, {
      cause: error,
    })
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

/** True when the folder holds a data set whose files have the sizes its meta.json promises. */
export async function isWhole(folder: string): Promise<boolean> {
  try {
    const meta = await readMeta(folder)
    const count = meta.trainCount + meta.testCount
    const files = datasetFiles(folder)
    const exampleBytes = count * exampleSize(meta.shape) * bytesPerValue(meta.dtype)
    return (await sizeOf(files.examples)) === exampleBytes && (await sizeOf(files.labels)) === count * 2
  } catch {
    return false
  }
}

async function sizeOf(path: string): Promise<number> {
  await using file = await open(path)
  return (await file.stat()).size
}

async function readWhole(path: string, size: number, doing: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    await using file = await open(path)
    const found = (await file.stat()).size
    if (found !== size)
      throw new UserError(
        `${doing}: ${path} has ${found} bytes where meta.json promises ${size}; import the data set again.`,
      )
    const bytes = new Uint8Array(size)
    // One read call may return less than asked for, and never more than 2 GiB - 1.
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(bytes, at, Math.min(size - at, 2 ** 28))
      if (bytesRead === 0) throw new UserError(`${doing}: ${path} became shorter while it was read.`)
      at += bytesRead
    }
    return bytes
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`${doing}: ${path} cannot be read; import the data set again.`, { cause: error })
  }
}
