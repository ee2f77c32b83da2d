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

/** What the kernels are told of how numbers of the result are placed. */
const modes = { bilinear: 1, halfPixels: 2, rounds: 4 } as const

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
  const [batch, height, width, channels] = from.data
  const [, rows, places] = to.data
  const { alignCorners, halfPixelCenters } = given.data
  const ratio = (size: number, out: number): number =>
    alignCorners && out > 1 ? (size - 1) / (out - 1) : size / out
  const mode =
    (job.bilinear ? modes.bilinear : 0) |
    (halfPixelCenters ? modes.halfPixels : 0) |
    (alignCorners ? modes.rounds : 0)
  const parameters = [
    ...[...job.addresses, height, width, channels, rows, places],
    ...[ratio(height, rows), ratio(width, places), mode],
  ]
  const examples = { count: batch, reads: [0], writes: [1] }
  backend.pool.dispatch(job.kernel, parameters, job.items, job.chunk, (rows + places) * 12 + 64, examples)
  return true
}
