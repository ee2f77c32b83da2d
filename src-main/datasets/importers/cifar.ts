import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { CifarOptions, OnProgress } from '../../../shared/data/importOptions.ts'
import { UserError } from '../../../shared/errors.ts'
import { openBytes } from '../byteSource.ts'
import type { Part } from '../contentWriter.ts'
import { isFolder, namesIn, peek } from '../userPaths.ts'
import type { DatasetWriter } from '../writer.ts'
import { interleave } from './interleave.ts'
import { type LabelNumbers, numberLabels } from './labelNumbers.ts'

const PIXELS = 32 * 32
export const IMAGE_BYTES = 3 * PIXELS
export const SHAPE = [32, 32, 3]

/** Files of CIFAR-10 and CIFAR-100 in the order they are stored in; a record is the label bytes and the image. */
const TEN = [
  'data_batch_1.bin',
  'data_batch_2.bin',
  'data_batch_3.bin',
  'data_batch_4.bin',
  'data_batch_5.bin',
]
const HUNDRED = ['train.bin']
const TESTS = ['test_batch.bin', 'test.bin']
const NAMES = ['batches.meta.txt', 'fine_label_names.txt', 'coarse_label_names.txt']

/** Every file that belongs to a CIFAR folder; an archive may hold others, which are passed over. */
export const CIFAR_FILES: ReadonlySet<string> = new Set([...TEN, ...HUNDRED, ...TESTS, ...NAMES])

/** Those that tell a CIFAR folder from any other. */
export const CIFAR_TRAIN_FILES: ReadonlySet<string> = new Set([...TEN, ...HUNDRED])

/** The largest record count that a file may have: CIFAR-100's train.bin has 50,000. */
const MOST_RECORDS = 100_000

export interface Layout {
  readonly labelBytes: number
  /** Which of a record's label bytes counts. */
  readonly labelAt: number
  readonly namesFile: string
  readonly classes: number
  readonly train: readonly string[]
  readonly test: string
}

/**
 * Imports CIFAR-10 or CIFAR-100 in binary form (https://www.cs.toronto.edu/~kriz/cifar.html): records of one label
 * byte (two in CIFAR-100: coarse, fine) and 3,072 image bytes, red plane first. Batches may be missing; the order of
 * the stored examples is that of the files' names.
 * @throws UserError for anything wrong with the files
 */
export async function importCifar(
  options: CifarOptions,
  writer: DatasetWriter,
  onProgress: OnProgress,
): Promise<void> {
  const folder = await cifarFolder(options.path, writer.scratch)
  const names = new Set(await namesIn(folder))
  const layout = layoutOf(options, names)
  const train = layout.train.filter((name) => names.has(name))
  const test = names.has(layout.test) ? [layout.test] : []
  const counts = new Map<string, number>()
  for (const name of [...train, ...test]) counts.set(name, await countRecords(join(folder, name), layout))
  const total = [...counts.values()].reduce((a, b) => a + b, 0)
  const known = await classNames(folder, names, layout)
  const labels = await Promise.all(
    train.map((name) => readLabels(join(folder, name), counts.get(name) ?? 0, layout)),
  )
  const numbers = numberLabels(`While importing ${basename(options.path)}`, concat(labels), known, false)
  const { classes, note } = numbers
  if (note !== undefined) writer.note(note)
  await writer.begin({ kind: 'image', shape: SHAPE, dtype: 'uint8', classes }, total)
  let done = 0
  for (const [name, count] of counts) {
    const part = test.includes(name) ? 'test' : 'train'
    await copyRecords(join(folder, name), count, layout, part, numbers, writer, (read) => {
      done += read
      onProgress({ done, total, unit: 'examples' })
    })
  }
}

/** The folder itself, or the scratch folder with the known files of the archive. */
export async function cifarFolder(path: string, scratch: string): Promise<string> {
  if (await isFolder(path)) return path
  const { unpackKnown } = await import('./archive.ts')
  await unpackKnown(path, scratch, CIFAR_FILES, MOST_RECORDS * (IMAGE_BYTES + 2))
  return scratch
}

export function layoutOf({ path, labels }: CifarOptions, names: ReadonlySet<string>): Layout {
  const ten = TEN.some((name) => names.has(name))
  const hundred = HUNDRED.some((name) => names.has(name))
  if (ten === hundred)
    throw new UserError(
      `While importing ${basename(path)}: it holds ${ten ? 'both data_batch files (CIFAR-10) and train.bin (CIFAR-100)' : 'neither data_batch_1.bin (CIFAR-10) nor train.bin (CIFAR-100)'}; give the folder or archive of one of them in its binary version.`,
    )
  if (ten)
    return {
      labelBytes: 1,
      labelAt: 0,
      namesFile: 'batches.meta.txt',
      classes: 10,
      train: TEN,
      test: 'test_batch.bin',
    }
  const common = { labelBytes: 2, train: HUNDRED, test: 'test.bin' }
  return labels === 'fine'
    ? { ...common, labelAt: 1, namesFile: 'fine_label_names.txt', classes: 100 }
    : { ...common, labelAt: 0, namesFile: 'coarse_label_names.txt', classes: 20 }
}

export async function countRecords(path: string, { labelBytes }: Layout): Promise<number> {
  const { size } = await peek(path, 0)
  const record = labelBytes + IMAGE_BYTES
  const count = size / record
  if (Number.isInteger(count) && count > 0 && count <= MOST_RECORDS) return count
  throw new UserError(
    `While importing ${basename(path)}: its ${size} bytes are not 1 to ${MOST_RECORDS} whole records of ${record} bytes; it is cut short or not in CIFAR's binary layout, get it again.`,
  )
}

export async function classNames(
  folder: string,
  names: ReadonlySet<string>,
  layout: Layout,
): Promise<string[]> {
  const numbers = Array.from({ length: layout.classes }, (_, label) => String(label))
  if (!names.has(layout.namesFile)) return numbers
  const path = join(folder, layout.namesFile)
  const { size } = await peek(path, 0)
  const text = size > 1 << 16 ? '' : await readFile(path, 'utf8')
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const found = lines.filter((line) => line !== '')
  if (found.length !== layout.classes || new Set(found).size !== found.length)
    throw new UserError(
      `While importing ${layout.namesFile}: it must name ${layout.classes} different classes, one a line, and names ${new Set(found).size}; get the file again or take it away.`,
    )
  return found
}

/** The labels of all records, without the images. */
export async function readLabels(path: string, count: number, layout: Layout): Promise<Uint8Array> {
  const record = layout.labelBytes + IMAGE_BYTES
  const labels = new Uint8Array(count)
  await using source = await openBytes(path)
  for (let i = 0; i < count; i++) labels[i] = (await source.read(record))[layout.labelAt] ?? 0
  return labels
}

const concat = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts))

async function copyRecords(
  path: string,
  count: number,
  { labelBytes, labelAt }: Layout,
  part: Part,
  numbers: LabelNumbers,
  writer: DatasetWriter,
  advance: (count: number) => void,
): Promise<void> {
  const record = labelBytes + IMAGE_BYTES
  const most = 256
  const images = new Uint8Array(most * IMAGE_BYTES)
  await using source = await openBytes(path)
  for (let at = 0; at < count; at += most) {
    const n = Math.min(most, count - at)
    const bytes = await source.read(n * record)
    const labels = new Uint8Array(n)
    for (let i = 0; i < n; i++) {
      labels[i] = bytes[i * record + labelAt] ?? 0
      interleave(bytes, i * record + labelBytes, images, i * IMAGE_BYTES, PIXELS)
    }
    await writer.append(part, images.subarray(0, n * IMAGE_BYTES), numbers.encode(part, at, labels))
    advance(n)
  }
  await source.expectEnd()
}
