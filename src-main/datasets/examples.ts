import { type FileHandle, open, readFile } from 'node:fs/promises'
import { UserError } from '../../shared/errors.ts'
import { bytesPerValue, type DatasetMeta, datasetFiles, exampleSize } from './meta.ts'
import type { StoredDataset } from './writer.ts'

/** Examples of each class, in the order of `classes`. */
export interface ClassCounts {
  readonly train: readonly number[]
  readonly test: readonly number[]
}

/** Labels of all examples: `trainCount` of the training part first, then the tests. */
export async function readLabels({ meta, folder }: StoredDataset): Promise<Uint16Array> {
  const bytes = await readFile(datasetFiles(folder).labels)
  const count = meta.trainCount + meta.testCount
  if (bytes.byteLength !== count * 2)
    throw new UserError(
      `While reading the labels of ${meta.name}: there are ${bytes.byteLength} bytes where meta.json promises ${count * 2}; import the data set again.`,
    )
  const labels = Uint16Array.from({ length: count }, (_, i) => bytes.readUInt16LE(2 * i))
  const stray = labels.findIndex((label) => label >= meta.classes.length)
  if (stray >= 0)
    throw new UserError(
      `While reading the labels of ${meta.name}: example ${stray} has label ${labels[stray]}, but there are ${meta.classes.length} classes; import the data set again.`,
    )
  return labels
}

export function countClasses({ classes, trainCount }: DatasetMeta, labels: Uint16Array): ClassCounts {
  const count = (part: Uint16Array): number[] => {
    const counts = new Array<number>(classes.length).fill(0)
    for (const label of part) counts[label] = (counts[label] ?? 0) + 1
    return counts
  }
  return { train: count(labels.subarray(0, trainCount)), test: count(labels.subarray(trainCount)) }
}

/** The bytes of some examples, read from their places alone: a large data set is not read whole for a look at it. */
export async function readExamples(
  { meta, folder }: StoredDataset,
  indices: readonly number[],
): Promise<Buffer[]> {
  await using file = await open(datasetFiles(folder).examples)
  const examples: Buffer[] = []
  for (const index of indices) examples.push(await readExample(file, meta, index))
  return examples
}

async function readExample(file: FileHandle, meta: DatasetMeta, index: number): Promise<Buffer> {
  const size = exampleSize(meta.shape) * bytesPerValue(meta.dtype)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, index * size)
  if (bytesRead === size) return buffer
  throw new UserError(
    `While reading example ${index} of ${meta.name}: its file ends before it; import the data set again.`,
  )
}
