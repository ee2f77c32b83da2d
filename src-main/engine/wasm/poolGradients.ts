import { z } from 'zod'
import * as tf from '../tf.ts'
import { overrideKernel, tensor4d } from './override.ts'

const pair = z.union([z.number(), z.tuple([z.number(), z.number()])])
const poolAttrs = z.object({
  filterSize: pair,
  strides: pair,
  pad: z.union([z.enum(['same', 'valid']), z.number()]),
  dimRoundingMode: z.enum(['floor', 'round', 'ceil']).nullish(),
})

/**
 * Registers MaxPoolGrad for the wasm backend: the stock one goes element by element through tfjs's buffers, ten times
 * slower than a plain loop over typed arrays.
 */
export function registerPoolGradients(): void {
  overrideKernel('MaxPoolGrad', (inputs, attrs, stock) => {
    const given = poolAttrs.safeParse(attrs)
    // Explicit paddings are rare enough to be left to tfjs.
    if (!given.success) return stock()
    const { filterSize, strides, pad, dimRoundingMode } = given.data
    const x = tensor4d(inputs, 'input')
    const info = tf.backend_util.computePool2DInfo(
      x.shape,
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode ?? undefined,
    )
    const dx = maxPoolGradient(floats(x), floats(tensor4d(inputs, 'dy')), info)
    return tf.tensor(dx, x.shape, 'float32')
  })
}

function floats(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync<'float32'>()
}

/** Each window hands its gradient to its greatest element, to the first of several. @returns dL/dx in x's order */
function maxPoolGradient(x: Float32Array, dy: Float32Array, info: tf.backend_util.Conv2DInfo): Float32Array {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth } = info
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info
  const dx = new Float32Array(x.length)
  let place = 0
  for (let image = 0; image < batchSize; image++) {
    for (let row = 0; row < outHeight; row++) {
      const top = row * strideHeight - info.padInfo.top
      const fromRow = Math.max(0, top)
      const toRow = Math.min(inHeight, top + filterHeight)
      for (let column = 0; column < outWidth; column++) {
        const left = column * strideWidth - info.padInfo.left
        const fromColumn = Math.max(0, left)
        const toColumn = Math.min(inWidth, left + filterWidth)
        for (let channel = 0; channel < inChannels; channel++) {
          let best = ((image * inHeight + fromRow) * inWidth + fromColumn) * inChannels + channel
          for (let r = fromRow; r < toRow; r++) {
            let at = ((image * inHeight + r) * inWidth + fromColumn) * inChannels + channel
            for (let c = fromColumn; c < toColumn; c++, at += inChannels) {
              if ((x[at] ?? 0) > (x[best] ?? 0)) best = at
            }
          }
          dx[best] = (dx[best] ?? 0) + (dy[place] ?? 0)
          place++
        }
      }
    }
  }
  return dx
}
