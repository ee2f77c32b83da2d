import { z } from 'zod'
import type * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { chunkNumbers, type Inputs, input, isFloat, register, sizeOf } from '../register.ts'

/* Resizing of images to their nearest neighbours or bilinearly, as tfjs's attributes have it, with gradients. */

const attributes = z.object({
  alignCorners: z.boolean().nullish(),
  halfPixelCenters: z.boolean().nullish(),
})
const size = z.object({ size: z.tuple([z.number(), z.number()]) })
const shape4d = z.tuple([z.number(), z.number(), z.number(), z.number()])

/** The two numbers of an axis that a number of the result lies between, and how far it is from the first. */
type Source = readonly [low: number, high: number, distance: number]

export function registerResizing(): void {
  for (const [kernel, bilinear] of [
    ['ResizeBilinear', true],
    ['ResizeNearestNeighbor', false],
  ] as const) {
    register(kernel, (backend, inputs, attrs) => {
      const images = input(inputs, 'images')
      const { data } = size.safeParse(attrs)
      if (data === undefined || !isFloat(images)) return undefined
      const [batch = 0, , , channels = 0] = images.shape
      const outShape = [batch, ...data.size, channels]
      const out = backend.make(outShape)
      const addresses = [backend.address(images), backend.address(out)]
      const items = batch * data.size[0]
      const chunk = Math.ceil(chunkNumbers / Math.max(1, data.size[1] * channels))
      const job = { kernel: 'resize', addresses, items, chunk, bilinear }
      return resize(backend, images.shape, outShape, attrs, job) ? out : dropped(backend, out)
    })
    register(`${kernel}Grad`, (backend, inputs, attrs) => gradient(backend, inputs, attrs, bilinear))
  }
}

/** Of images whose centres of pixels are met it is right too, where tfjs takes their corners. */
function gradient(
  backend: SimdBackend,
  inputs: Inputs,
  attrs: tf.NamedAttrMap,
  bilinear: boolean,
): tf.TensorInfo | undefined {
  const [images, dy] = [input(inputs, 'images'), input(inputs, 'dy')]
  if (!isFloat(images, dy)) return undefined
  const [batch = 0] = images.shape
  const dx = backend.make(images.shape)
  const addresses = [backend.address(dy), backend.address(dx)]
  const job = { kernel: 'resizeGradient', addresses, items: batch, chunk: 1, bilinear }
  return resize(backend, images.shape, dy.shape, attrs, job) ? dx : dropped(backend, dx)
}

function dropped(backend: SimdBackend, { dataId }: tf.TensorInfo): undefined {
  backend.disposeData(dataId)
}

interface Job {
  readonly kernel: string
  readonly addresses: readonly number[]
  readonly items: number
  readonly chunk: number
  readonly bilinear: boolean
}

/** @returns false where there is nothing to do, or attributes are unknown */
function resize(
  backend: SimdBackend,
  inShape: readonly number[],
  outShape: readonly number[],
  attrs: tf.NamedAttrMap,
  job: Job,
): boolean {
  const [from, to, given] = [
    shape4d.safeParse(inShape),
    shape4d.safeParse(outShape),
    attributes.safeParse(attrs),
  ]
  if (!from.success || !to.success || !given.success || sizeOf(inShape) * sizeOf(outShape) === 0) return false
  const [, height, width, channels] = from.data
  const [, rows, places] = to.data
  const options = {
    alignCorners: given.data.alignCorners ?? false,
    halfPixels: given.data.halfPixelCenters ?? false,
    bilinear: job.bilinear,
  }
  const table = backend.heap.allocate((rows + places) * 12)
  writeTable(backend, table, sourcesOf(height, rows, options))
  writeTable(backend, table + rows * 12, sourcesOf(width, places, options))
  const parameters = [...job.addresses, table, table + rows * 12, height, width, channels, rows, places]
  backend.pool.dispatch(job.kernel, parameters, job.items, job.chunk)
  backend.heap.free(table)
  return true
}

function writeTable(backend: SimdBackend, address: number, sources: readonly Source[]): void {
  const places = backend.heap.integers(address, sources.length * 3)
  const distances = backend.heap.floats(address, sources.length * 3)
  for (const [i, [low, high, distance]] of sources.entries()) {
    places[3 * i] = low
    places[3 * i + 1] = high
    distances[3 * i + 2] = distance
  }
}

/** Where the numbers of a resized axis come from, as TensorFlow has it. */
function sourcesOf(
  size: number,
  out: number,
  { alignCorners, halfPixels, bilinear }: { alignCorners: boolean; halfPixels: boolean; bilinear: boolean },
): Source[] {
  const corners = alignCorners && out > 1
  const ratio = corners ? (size - 1) / (out - 1) : size / out
  const within = (place: number): number => Math.max(0, Math.min(size - 1, place))
  return Array.from({ length: out }, (_, i) => {
    if (!bilinear) {
      const place = ratio * (halfPixels ? i + 0.5 : i)
      const nearest = within(alignCorners ? Math.round(place) : Math.floor(place))
      return [nearest, nearest, 0]
    }
    const place = halfPixels ? ratio * (i + 0.5) - 0.5 : ratio * i
    const low = within(Math.floor(place))
    const high = within(Math.ceil(place))
    return [low, high, low === high ? 0 : place - low]
  })
}
