import { z } from 'zod'
import * as tf from '../../tf.ts'
import { input, isFloat, register, sizeOf } from '../register.ts'

const pair = z.union([z.number(), z.tuple([z.number(), z.number()])])
const shape4d = z.tuple([z.number(), z.number(), z.number(), z.number()])
const attributes = z.object({
  filterSize: pair,
  strides: pair,
  pad: z.union([z.enum(['same', 'valid']), z.number()]),
  dimRoundingMode: z.enum(['floor', 'round', 'ceil']).nullish(),
})

/** Numbers that a chunk reads. */
const chunkNumbers = 65_536

export function registerPooling(): void {
  register('MaxPool', (backend, inputs, attrs) => {
    const x = input(inputs, 'x')
    const info = geometry(x, attrs)
    if (info === undefined) return undefined
    const out = backend.make(info.outShape)
    const rows = info.batchSize * info.outHeight
    const chunk = Math.ceil(chunkNumbers / (info.inWidth * info.inChannels * info.filterHeight))
    backend.pool.dispatch(
      'maxPool',
      [backend.address(x), backend.address(out), ...parameters(info)],
      rows,
      chunk,
    )
    return out
  })
  register('MaxPoolGrad', (backend, inputs, attrs) => {
    const [x, dy] = [input(inputs, 'input'), input(inputs, 'dy')]
    const info = geometry(x, attrs)
    if (info === undefined || !isFloat(dy)) return undefined
    const dx = backend.make(info.inShape)
    const addresses = [backend.address(dy), backend.address(x), backend.address(dx)]
    const chunk = Math.ceil(chunkNumbers / (info.inHeight * info.inWidth * info.inChannels))
    backend.pool.dispatch('maxPoolGradient', [...addresses, ...parameters(info)], info.batchSize, chunk)
    return dx
  })
}

/** @returns undefined for what is left to the cpu backend */
function geometry(x: tf.TensorInfo, attrs: tf.NamedAttrMap): tf.backend_util.Conv2DInfo | undefined {
  const [given, shape] = [attributes.safeParse(attrs), shape4d.safeParse(x.shape)]
  if (!given.success || !shape.success || !isFloat(x)) return undefined
  const { filterSize, strides, pad, dimRoundingMode } = given.data
  const info = tf.backend_util.computePool2DInfo(
    shape.data,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode ?? undefined,
  )
  return sizeOf(info.outShape) === 0 || sizeOf(info.inShape) === 0 ? undefined : info
}

function parameters(info: tf.backend_util.Conv2DInfo): number[] {
  return [
    info.inHeight,
    info.inWidth,
    info.inChannels,
    info.filterHeight,
    info.filterWidth,
    info.strideHeight,
    info.strideWidth,
    info.padInfo.top,
    info.padInfo.left,
    info.outHeight,
    info.outWidth,
  ]
}
