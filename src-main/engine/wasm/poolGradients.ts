import { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { z } from 'zod'
import * as tf from '../tf.ts'
import { overrideKernel, ownTensor, tensor4d } from './override.ts'

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
    return maxPoolGradient(x, tensor4d(inputs, 'dy'), info)
  })
}

/** Works on the module's memory in place: copies of whole activations would cost as much as the loop. */
function maxPoolGradient(x: tf.Tensor4D, dy: tf.Tensor4D, info: tf.backend_util.Conv2DInfo): tf.Tensor {
  const backend = tf.backend()
  if (!(backend instanceof BackendWasm)) throw new Error('the wasm kernels run on the wasm backend only')
  // Made first: the memory may move when it grows, and views of it would be empty.
  const output = backend.makeOutput(x.shape, 'float32')
  const view = (tensor: tf.TensorInfo): Float32Array => {
    const values = backend.typedArrayFromHeap(tensor)
    if (values instanceof Float32Array) return values
    throw new Error(`max pooling needs float32, not ${tensor.dtype}`)
  }
  const dx = view(output)
  dx.fill(0)
  spread(view(x), view(dy), dx, info)
  return ownTensor(output)
}

function spread(x: Float32Array, dy: Float32Array, dx: Float32Array, info: tf.backend_util.Conv2DInfo): void {
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info
  const unpadded = Math.max(padInfo.top, padInfo.bottom, padInfo.left, padInfo.right) === 0
  const halving = filterHeight === 2 && filterWidth === 2 && strideHeight === 2 && strideWidth === 2
  if (halving && unpadded) spreadHalves(x, dy, dx, info)
  else spreadWindows(x, dy, dx, info)
}

/** The usual 2×2 pooling: windows do not meet, and the comparisons unroll. */
function spreadHalves(x: Float32Array, dy: Float32Array, dx: Float32Array, info: tf.backend_util.Conv2DInfo) {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth } = info
  const below = inWidth * inChannels
  let place = 0
  for (let image = 0; image < batchSize; image++) {
    for (let row = 0; row < outHeight; row++) {
      for (let column = 0; column < outWidth; column++) {
        const start = ((image * inHeight + row * 2) * inWidth + column * 2) * inChannels
        for (let at = start; at < start + inChannels; at++, place++) {
          const upperLeft = x[at] ?? 0
          const upperRight = x[at + inChannels] ?? 0
          const lowerLeft = x[at + below] ?? 0
          const lowerRight = x[at + below + inChannels] ?? 0
          const toRight = upperRight > upperLeft
          const lowerToRight = lowerRight > lowerLeft
          const toLower = (lowerToRight ? lowerRight : lowerLeft) > (toRight ? upperRight : upperLeft)
          const upper = toRight ? at + inChannels : at
          const lower = lowerToRight ? at + below + inChannels : at + below
          dx[toLower ? lower : upper] = dy[place] ?? 0
        }
      }
    }
  }
}

/** Each window hands its gradient to its greatest element, to the first of several. */
function spreadWindows(
  x: Float32Array,
  dy: Float32Array,
  dx: Float32Array,
  info: tf.backend_util.Conv2DInfo,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth } = info
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info
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
}
