import { show, UserError } from '../../shared/errors.ts'
import { readExamples, readLabels } from './examples.ts'
import { asValues, type DatasetMeta } from './meta.ts'
import { toSeeable } from './seeable.ts'
import type { StoredDataset } from './writer.ts'

/** Some rows of a table, spread over its training part. */
export interface SampledRow {
  readonly label: string
  readonly values: readonly number[]
}

/**
 * A PNG of training images of one class side by side, spread over the training part; fewer where the class has fewer.
 * @throws UserError for tables, or a class that is not there
 */
export async function drawSamples(
  dataset: StoredDataset,
  classIndex: number,
  count: number,
): Promise<Buffer> {
  const { meta } = dataset
  refuseUndrawable(meta)
  if (meta.classes[classIndex] === undefined)
    throw new UserError(
      `${doingOf(meta)}: there is no class ${show(classIndex)}; it has ${meta.classes.length}, counted from 0.`,
    )
  const labels = await readLabels(dataset)
  const ofClass = [...labels.subarray(0, meta.trainCount).keys()].filter((i) => labels[i] === classIndex)
  return drawStrip(dataset, spread(ofClass, count))
}

/** A PNG of these examples side by side, in their order. @throws UserError for tables, or an example that is not there */
export async function drawExamples(dataset: StoredDataset, indices: readonly number[]): Promise<Buffer> {
  refuseUndrawable(dataset.meta)
  refuseAbsent(dataset.meta, indices)
  return drawStrip(dataset, indices)
}

/** These rows of a table. @throws UserError for images, or a row that is not there */
export async function readRows(dataset: StoredDataset, indices: readonly number[]): Promise<SampledRow[]> {
  const { meta } = dataset
  refuseImages(meta)
  refuseAbsent(meta, indices)
  const labels = await readLabels(dataset)
  const rows = await readExamples(dataset, indices)
  return rows.map((row, i) => ({
    label: meta.classes[labels[indices[i] ?? 0] ?? 0] ?? '',
    values: [...asValues(meta.dtype, Uint8Array.from(row))],
  }))
}

const doingOf = ({ name }: DatasetMeta): string => `While drawing samples of ${name}`

function refuseUndrawable(meta: DatasetMeta): void {
  const channels = meta.shape[2] ?? 0
  if (meta.kind !== 'image')
    throw new UserError(`${doingOf(meta)}: it holds no images but a table; look at its rows instead.`)
  if (channels !== 1 && channels !== 3)
    throw new UserError(
      `${doingOf(meta)}: its images have ${channels} channels, and only 1 or 3 make a picture.`,
    )
}

function refuseImages({ kind, name }: DatasetMeta): void {
  if (kind === 'table') return
  throw new UserError(`While reading rows of ${name}: it holds images; look at its pictures instead.`)
}

function refuseAbsent({ name, trainCount, testCount }: DatasetMeta, indices: readonly number[]): void {
  const stray = indices.find((index) => index >= trainCount + testCount)
  if (stray === undefined) return
  throw new UserError(
    `While reading examples of ${name}: there is no example ${stray}; it has ${trainCount + testCount}, counted from 0.`,
  )
}

async function drawStrip(dataset: StoredDataset, indices: readonly number[]): Promise<Buffer> {
  const { meta } = dataset
  const [height = 0, width = 0, depth = 1] = meta.shape
  const channels = depth === 3 ? 3 : 1
  const images = await readExamples(dataset, indices)
  const strip = sideBySide(
    images.map((image) => toSeeable(asValues(meta.dtype, Uint8Array.from(image)))),
    height,
    width * channels,
  )
  const { default: sharp } = await import('sharp')
  const raw = { width: width * Math.max(1, images.length), height, channels } as const
  return sharp(strip, { raw }).png({ compressionLevel: 6 }).toBuffer()
}

/** @throws UserError for images */
export async function sampleRows(dataset: StoredDataset, count: number): Promise<SampledRow[]> {
  refuseImages(dataset.meta)
  const labels = await readLabels(dataset)
  return readRows(dataset, spread([...labels.subarray(0, dataset.meta.trainCount).keys()], count))
}

/** `count` of them at even distances: data is often stored in an order, and its beginning is not typical. */
function spread(indices: readonly number[], count: number): number[] {
  const n = Math.min(count, indices.length)
  return Array.from({ length: n }, (_, i) => indices[Math.floor((i * indices.length) / n)] ?? 0)
}

function sideBySide(images: readonly Uint8Array[], height: number, rowBytes: number): Buffer {
  const strip = Buffer.alloc(Math.max(1, images.length) * height * rowBytes)
  images.forEach((image, i) => {
    for (let y = 0; y < height; y++)
      strip.set(image.subarray(y * rowBytes, (y + 1) * rowBytes), (y * images.length + i) * rowBytes)
  })
  return strip
}
