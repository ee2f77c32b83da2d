import { show, UserError } from '../../shared/errors.ts'
import { readExamples, readLabels } from './examples.ts'
import { asValues } from './meta.ts'
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
  const doing = `While drawing samples of ${meta.name}`
  const [height = 0, width = 0, channels = 0] = meta.shape
  if (meta.kind !== 'image')
    throw new UserError(`${doing}: it holds no images but a table; look at its rows instead.`)
  if (channels !== 1 && channels !== 3)
    throw new UserError(`${doing}: its images have ${channels} channels, and only 1 or 3 make a picture.`)
  if (meta.classes[classIndex] === undefined)
    throw new UserError(
      `${doing}: there is no class ${show(classIndex)}; it has ${meta.classes.length}, counted from 0.`,
    )
  const labels = await readLabels(dataset)
  const ofClass = [...labels.subarray(0, meta.trainCount).keys()].filter((i) => labels[i] === classIndex)
  const images = await readExamples(dataset, spread(ofClass, count))
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
  const { meta } = dataset
  if (meta.kind !== 'table')
    throw new UserError(`While reading rows of ${meta.name}: it holds images; look at its pictures instead.`)
  const labels = await readLabels(dataset)
  const chosen = spread([...labels.subarray(0, meta.trainCount).keys()], count)
  const rows = await readExamples(dataset, chosen)
  return rows.map((row, i) => ({
    label: meta.classes[labels[chosen[i] ?? 0] ?? 0] ?? '',
    values: [...asValues(meta.dtype, Uint8Array.from(row))],
  }))
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
