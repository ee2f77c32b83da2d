import { type ConvInfo, convGeometry, filterAttrs, inputAttrs } from '../convAttrs.ts'
import * as tf from '../tf.ts'
import { overrideKernel, tensor4d } from './override.ts'

/*
 * The gradients of a convolution, written as convolutions, because XNNPACK's forward convolution is the one fast thing
 * the wasm backend has: it lacks the filter gradient altogether, and its input gradient is a plain loop, eleven times
 * slower than the forward pass of the same size.
 */

/** Registers Conv2DBackpropFilter and Conv2DBackpropInput for the wasm backend. */
export function registerConvGradients(): void {
  overrideKernel('Conv2DBackpropFilter', (inputs, attrs) => {
    const given = filterAttrs.parse(attrs)
    const x = tensor4d(inputs, 'x')
    return filterGradient(x, tensor4d(inputs, 'dy'), convGeometry(x.shape, given.filterShape, given))
  })
  overrideKernel('Conv2DBackpropInput', (inputs, attrs) => {
    const given = inputAttrs.parse(attrs)
    const filter = tensor4d(inputs, 'filter')
    return inputGradient(tensor4d(inputs, 'dy'), filter, convGeometry(given.inputShape, filter.shape, given))
  })
}

/** Up to here the patches of one channel each are so few rows that one matrix product beats the convolution. */
const fewChannels = 4

/** dL/dW, [kernel height, kernel width, input channels, output channels]. */
function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, info: ConvInfo): tf.Tensor4D {
  const { top, left } = info.padInfo
  const rows = (info.outHeight - 1) * info.strideHeight + info.filterHeight
  const columns = (info.outWidth - 1) * info.strideWidth + info.filterWidth
  const margins: Margins = [top, rows - info.inHeight - top, left, columns - info.inWidth - left]
  return info.inChannels <= fewChannels
    ? filterGradientByPatches(x, dy, margins, info)
    : filterGradientByCorrelation(x, dy, margins, info)
}

/**
 * dW[i, j, c, o] = sum over b, h, w of x[b, s h + i, s w + j, c] dy[b, h, w, o] is a convolution itself: channels play
 * the batch, the batch plays the channels, dy is the filter, and the stride has become its dilation.
 */
function filterGradientByCorrelation(x: tf.Tensor4D, dy: tf.Tensor4D, margins: Margins, info: ConvInfo) {
  const { cropped, padding } = crop(x, margins)
  const images = tf.transpose(cropped, [3, 1, 2, 0])
  const filter = tf.transpose(dy, [1, 2, 0, 3])
  const gradient = tf.conv2d(images, filter, 1, padding, 'NHWC', [info.strideHeight, info.strideWidth])
  return tf.transpose(gradient, [1, 2, 0, 3])
}

/** The same sum as one matrix product, [kernel × channels, examples × places] by [examples × places, output channels]. */
function filterGradientByPatches(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  margins: Margins,
  info: ConvInfo,
): tf.Tensor4D {
  const { cropped, padding } = crop(x, margins)
  const { outHeight, outWidth, strideHeight, strideWidth, batchSize, inChannels, outChannels } = info
  const places = batchSize * outHeight * outWidth
  const [images, rows, columns, channels] = padding
  // Channels first, so that padding and taps copy whole rows, not single numbers.
  const planes = tf.pad(tf.transpose(cropped, [3, 0, 1, 2]), [channels, images, rows, columns])
  const taps: tf.Tensor2D[] = []
  for (let i = 0; i < info.filterHeight; i++) {
    for (let j = 0; j < info.filterWidth; j++) {
      const size = [
        inChannels,
        batchSize,
        (outHeight - 1) * strideHeight + 1,
        (outWidth - 1) * strideWidth + 1,
      ]
      const dense = tf.slice(planes, [0, 0, i, j], size)
      const strides = [1, 1, strideHeight, strideWidth]
      const tap = strideHeight * strideWidth > 1 ? tf.stridedSlice(dense, [0, 0, 0, 0], size, strides) : dense
      taps.push(tf.reshape(tap, [inChannels, places]))
    }
  }
  const gradient = tf.matMul(tf.concat2d(taps, 0), tf.reshape(dy, [places, outChannels]))
  return tf.reshape(gradient, info.filterShape)
}

/** dL/dx, [batch, height, width, input channels]: dy, spread by the stride, convolved with the filter turned around. */
function inputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, info: ConvInfo): tf.Tensor4D {
  const { top, left } = info.padInfo
  const spread = spreadByStride(dy, info)
  const above = info.filterHeight - 1 - top
  const before = info.filterWidth - 1 - left
  const below = info.inHeight + info.filterHeight - 1 - spread.shape[1] - above
  const after = info.inWidth + info.filterWidth - 1 - spread.shape[2] - before
  const { cropped, padding } = crop(spread, [above, below, before, after])
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2])
  return tf.conv2d(cropped, turned, 1, padding)
}

/** Puts stride - 1 zeros behind every row and column of dy. */
function spreadByStride(dy: tf.Tensor4D, info: ConvInfo): tf.Tensor4D {
  const { batchSize: b, outHeight: h, outWidth: w, outChannels: c, strideHeight: sh, strideWidth: sw } = info
  let spread: tf.Tensor = dy
  if (sw > 1)
    spread = tf.pad(tf.reshape(spread, [b * h * w, c]), [
      [0, 0],
      [0, (sw - 1) * c],
    ])
  if (sh > 1)
    spread = tf.pad(tf.reshape(spread, [b * h, w * sw * c]), [
      [0, 0],
      [0, (sh - 1) * w * sw * c],
    ])
  return tf.reshape(spread, [b, h * sh, w * sw, c])
}

/** Zeros to add above, below, left and right; below zero: rows or columns to take off. */
type Margins = readonly [number, number, number, number]

/** Takes off what the margins take off, and says what is left to pad, in the form conv2d and pad accept. */
function crop(x: tf.Tensor4D, [above, below, before, after]: Margins) {
  const [batch, height, width, channels] = x.shape
  const cut = (margin: number): number => Math.max(0, -margin)
  const add = (margin: number): number => Math.max(0, margin)
  const nothingToCut = Math.min(above, below, before, after) >= 0
  const size = [batch, height - cut(above) - cut(below), width - cut(before) - cut(after), channels] as const
  const padding: [[number, number], [number, number], [number, number], [number, number]] = [
    [0, 0],
    [add(above), add(below)],
    [add(before), add(after)],
    [0, 0],
  ]
  const cropped = nothingToCut ? x : tf.slice(x, [0, cut(above), cut(before), 0], [...size])
  return { cropped, padding }
}
