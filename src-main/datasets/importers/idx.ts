import { basename, join } from 'node:path'
import type { IdxOptions, OnProgress } from '../../../shared/data/importOptions.ts'
import { UserError } from '../../../shared/errors.ts'
import { type ByteSource, openBytes } from '../byteSource.ts'
import type { Part } from '../contentWriter.ts'
import { checkExtent, exampleSize } from '../meta.ts'
import { isFolder, namesIn } from '../userPaths.ts'
import { counted } from '../words.ts'
import type { DatasetWriter } from '../writer.ts'
import { type LabelNumbers, numberLabels } from './labelNumbers.ts'

/** Paths of an images file and its labels file. */
interface Pair {
  readonly images: string
  readonly labels: string
}

const CHUNK_BYTES = 1 << 20

/**
 * Imports IDX files (http://yann.lecun.com/exdb/mnist: two zero bytes, type, number of dimensions, sizes as big-endian
 * 32-bit integers, data). Only unsigned bytes are taken: images of 3 dimensions [n, h, w], labels of 1.
 * @throws UserError for anything wrong with the files
 */
export async function importIdx(
  options: IdxOptions,
  writer: DatasetWriter,
  onProgress: OnProgress,
): Promise<void> {
  const pairs = await findPairs(options)
  await using train = await openPair(pairs.train)
  await using test = pairs.test && (await openPair(pairs.test))
  if (test) refuseOtherSize(train, test)
  const total = train.count + (test?.count ?? 0)
  const numbers = numberLabels(`While importing ${basename(options.path)}`, train.labels, options.classes)
  const { classes, note } = numbers
  if (note !== undefined) writer.note(note)
  await writer.begin({ kind: 'image', shape: train.shape, dtype: 'uint8', classes }, total)
  let done = 0
  const copy = (part: Part, pair: OpenPair) =>
    copyImages(part, pair, numbers, writer, (count) => {
      done += count
      onProgress({ done, total, unit: 'examples' })
    })
  await copy('train', train)
  if (test) await copy('test', test)
}

export function refuseOtherSize(train: OpenPair, test: OpenPair): void {
  if (test.shape.join() === train.shape.join()) return
  throw new UserError(
    `While importing ${test.images.name}: its images are ${test.shape.join(' x ')}, those of ${train.images.name} ${train.shape.join(' x ')}; both parts need one size.`,
  )
}

export interface OpenPair extends AsyncDisposable {
  readonly images: ByteSource
  readonly labels: Uint8Array
  readonly shape: readonly number[]
  readonly count: number
}

/** Reads both headers and all labels; the images stand ready. */
export async function openPair(pair: Pair): Promise<OpenPair> {
  const images = await openBytes(pair.images)
  try {
    await using labels = await openBytes(pair.labels)
    const [count = 0, height = 0, width = 0] = await readIdxHeader(images, 3)
    const [labelCount = 0] = await readIdxHeader(labels, 1)
    if (count !== labelCount)
      throw new UserError(
        `While importing ${images.name}: it has ${counted(count, 'image')}, but ${labels.name} has ${counted(labelCount, 'label')}; check that the two files belong together.`,
      )
    const shape = [height, width, 1]
    checkExtent(`While importing ${images.name}`, 'image', shape, 'uint8', count)
    checkPromise(images, count * height * width)
    checkPromise(labels, count)
    const values = await labels.read(count)
    await labels.expectEnd()
    return { images, labels: values, shape, count, [Symbol.asyncDispose]: images[Symbol.asyncDispose] }
  } catch (error) {
    await images[Symbol.asyncDispose]()
    throw error
  }
}

/** Sizes in the header of an IDX file of unsigned bytes. @throws UserError for another magic number or a size of 0 */
export async function readIdxHeader(source: ByteSource, dimensions: number): Promise<number[]> {
  const magic = (await source.read(4)).readUInt32BE()
  const expected = 0x0800 + dimensions
  if (magic !== expected)
    throw new UserError(
      `While reading ${source.name}: the magic number is ${hex(magic)}, but IDX ${dimensions === 1 ? 'labels' : 'images'} of unsigned bytes begin with ${hex(expected)}; check that images and labels are not swapped.`,
    )
  const header = await source.read(4 * dimensions)
  const sizes = Array.from({ length: dimensions }, (_, d) => header.readUInt32BE(4 * d))
  if (sizes.includes(0))
    throw new UserError(
      `While reading ${source.name}: the header gives the sizes ${sizes.join(' x ')}, which leave nothing to import.`,
    )
  return sizes
}

/** A header may promise anything; what cannot be in the file is refused before it is waited for. */
function checkPromise(source: ByteSource, bytes: number): void {
  if (bytes > source.atMost)
    throw new UserError(
      `While reading ${source.name}: its header promises ${bytes} bytes, more than the file can hold; it is cut short or damaged, get it again.`,
    )
}

async function copyImages(
  part: Part,
  { images, labels, shape, count }: OpenPair,
  numbers: LabelNumbers,
  writer: DatasetWriter,
  advance: (count: number) => void,
): Promise<void> {
  const size = exampleSize(shape)
  const step = Math.max(1, Math.floor(CHUNK_BYTES / size))
  for (let at = 0; at < count; at += step) {
    const own = labels.subarray(at, at + step)
    await writer.append(part, await images.read(own.length * size), numbers.encode(part, at, own))
    advance(own.length)
  }
  await images.expectEnd()
}

const hex = (magic: number): string => `0x${magic.toString(16).padStart(8, '0')}`

/** The standard names: MNIST's own, and the spelling with a dot that some mirrors use. */
const IDX_NAME = /^(train|t10k)-(images|labels)[-.]idx[13]-ubyte(\.gz)?$/

export async function findPairs(options: IdxOptions): Promise<{ train: Pair; test?: Pair }> {
  const { path, labels, testImages, testLabels } = options
  if (await isFolder(path)) {
    if (labels ?? testImages ?? testLabels)
      throw new UserError(
        `While importing ${path}: it is a folder, whose files are found by their names; name the images file to give the others by hand.`,
      )
    return pairsInFolder(path)
  }
  if (labels === undefined)
    throw new UserError(`While importing ${path}: labels: the path of the labels file is missing; give it.`)
  return { train: { images: path, labels }, ...pairOf(testImages, testLabels, path) }
}

/**
 * The files of the standard names, as paths below the folder. Some archives unpack each into a folder of its own name:
 * these are looked into, when the file does not stand beside them.
 */
export async function idxFilesIn(folder: string): Promise<string[]> {
  const names = (await namesIn(folder)).filter((name) => IDX_NAME.test(name))
  const found = await Promise.all(
    names.map(async (name) => {
      if (!(await isFolder(join(folder, name)))) return [name]
      const inside = (await namesIn(join(folder, name))).filter((own) => IDX_NAME.test(own))
      return inside.map((own) => join(name, own))
    }),
  )
  const isBelow = (name: string): number => Number(basename(name) !== name)
  return found.flat().sort((a, b) => isBelow(a) - isBelow(b) || (a < b ? -1 : 1))
}

async function pairsInFolder(folder: string): Promise<{ train: Pair; test?: Pair }> {
  const names = await idxFilesIn(folder)
  const find = (start: string): string | undefined => {
    const name = names.find((candidate) => basename(candidate).startsWith(start))
    return name && join(folder, name)
  }
  const [images, labels] = [find('train-images'), find('train-labels')]
  if (images === undefined || labels === undefined)
    throw new UserError(
      `While importing ${folder}: there is no ${images ? 'train-labels-idx1-ubyte' : 'train-images-idx3-ubyte'} (or .gz) in it; give a folder with the standard names, or the files by hand.`,
    )
  return { train: { images, labels }, ...pairOf(find('t10k-images'), find('t10k-labels'), folder) }
}

function pairOf(images: string | undefined, labels: string | undefined, where: string): { test?: Pair } {
  if (images === undefined && labels === undefined) return {}
  if (images === undefined || labels === undefined)
    throw new UserError(
      `While importing ${where}: the test part has ${images ? 'images but no labels' : 'labels but no images'}; give both or neither.`,
    )
  return { test: { images, labels } }
}
