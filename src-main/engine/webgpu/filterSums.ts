import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { z } from 'zod'
import { filterAttrs } from '../convAttrs.ts'
import * as tf from '../tf.ts'
import { sumOfParts } from './filterGradient.ts'
import { groupsFor, type Inputs, input, make, register, runKernel, sizeOf, threadNumber } from './kernel.ts'
import { dimensionsOf } from './shapes.ts'

/*
 * Gradients of the filters that are no product of a patch with all outputs, or have few of them: a depthwise
 * convolution's, and one of volumes. tfjs gives a thread to each number of the filter, which walks over the whole batch.
 * Here the places are split, so that there are threads enough, and the parts are added in their order.
 */

const threads = 64
/** Threads that keep a large GPU busy. */
const wantedThreads = 65_536
/** Below so many places a part costs more than it saves. */
const leastPlaces = 64

const depthwiseAttrs = filterAttrs.omit({ dataFormat: true })
const volumeAttrs = z.object({
  strides: z.union([z.number(), z.tuple([z.number(), z.number(), z.number()])]),
  pad: z.enum(['same', 'valid']),
  filterShape: z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()]),
})

export function registerFilterSums(): void {
  register('DepthwiseConv2dNativeBackpropFilter', (backend, inputs, attrs) => {
    const { strides, pad, dimRoundingMode, filterShape } = depthwiseAttrs.parse(attrs)
    const shape = dimensionsOf(input(inputs, 'x').shape, 4)
    const rounding = dimRoundingMode ?? undefined
    const info = tf.backend_util.computeConv2DInfo(shape, filterShape, strides, 1, pad, rounding, true)
    const depth = { inDepth: 1, outDepth: 1, strideDepth: 1, filterDepth: 1 }
    const { top, left } = info.padInfo
    // A channel's filters are neighbours, and so are their results.
    const code = `let output = rest; let channel = rest / ${filterShape[3]};`
    const name = `Depthwise${filterShape[3]}`
    return filterSums(backend, inputs, filterShape, { ...info, ...depth, front: 0, top, left, code, name })
  })
  register('Conv3DBackpropFilterV2', (backend, inputs, attrs) => {
    const { strides, pad, filterShape } = volumeAttrs.parse(attrs)
    const shape = dimensionsOf(input(inputs, 'x').shape, 5)
    const info = tf.backend_util.computeConv3DInfo(shape, filterShape, strides, 1, pad)
    const { front, top, left } = info.padInfo
    const code = 'let output = rest % settings.outputs; let channel = rest / settings.outputs;'
    return filterSums(backend, inputs, filterShape, { ...info, front, top, left, code, name: 'Volume' })
  })
}

/** A convolution of volumes; images are those of one slice. */
interface Geometry extends Readonly<Record<(typeof lengths)[number], number>> {
  readonly batchSize: number
  readonly inChannels: number
  readonly outChannels: number
  /** WGSL: the input's and the output's channel of a number of the filter, `rest` in its tap. */
  readonly code: string
  readonly name: string
}

const lengths = [
  ...(['inDepth', 'inHeight', 'inWidth', 'outDepth', 'outHeight', 'outWidth'] as const),
  ...(['strideDepth', 'strideHeight', 'strideWidth', 'filterHeight', 'filterWidth'] as const),
  ...(['front', 'top', 'left'] as const),
] as const

function filterSums(
  backend: WebGPUBackend,
  inputs: Inputs,
  filterShape: readonly number[],
  geometry: Geometry,
): tf.TensorInfo {
  const [x, dy] = [input(inputs, 'x'), input(inputs, 'dy')]
  const size = sizeOf(filterShape)
  if (sizeOf(x.shape) * sizeOf(dy.shape) === 0)
    return backend.makeTensorInfo([...filterShape], 'float32', new Float32Array(size))
  const { batchSize, outDepth, outHeight, outWidth } = geometry
  const places = batchSize * outDepth * outHeight * outWidth
  const most = Math.max(1, Math.min(Math.ceil(wantedThreads / size), Math.floor(places / leastPlaces)))
  const own = Math.ceil(places / most)
  const count = Math.ceil(places / own)
  const parts = make(backend, [count, ...filterShape])
  runKernel(backend, {
    name: `FilterSums${geometry.name}`,
    threads,
    groups: groupsFor(size * count, threads),
    reads: { x, dy },
    writes: { parts },
    ints: {
      ...{ size, count, places, own },
      inner: sizeOf(filterShape.slice(-2)),
      channels: geometry.inChannels,
      outputs: geometry.outChannels,
      ...Object.fromEntries(lengths.map((length) => [length, geometry[length]])),
    },
    code: code(geometry.code),
  })
  return sumOfParts(backend, parts, filterShape)
}

/** Where a place is in the output is counted on from the part's first one. */
const code = (channels: string): string => `
  ${threadNumber(threads)}
  fn main() {
    let i = threadNumber();
    if (i >= settings.size * settings.count) { return; }
    let number = i % settings.size;
    let tap = number / settings.inner;
    let rest = number % settings.inner;
    ${channels}
    let right = tap % settings.filterWidth - settings.left;
    let down = (tap / settings.filterWidth) % settings.filterHeight - settings.top;
    let behind = tap / (settings.filterWidth * settings.filterHeight) - settings.front;

    let first = i / settings.size * settings.own;
    var column = first % settings.outWidth;
    var row = first / settings.outWidth % settings.outHeight;
    var slice = first / (settings.outWidth * settings.outHeight) % settings.outDepth;
    var image = first / (settings.outWidth * settings.outHeight * settings.outDepth);
    var sum = 0.0;
    for (var place = first; place < min(first + settings.own, settings.places); place = place + 1) {
      let d = slice * settings.strideDepth + behind;
      let h = row * settings.strideHeight + down;
      let w = column * settings.strideWidth + right;
      if (d >= 0 && d < settings.inDepth && h >= 0 && h < settings.inHeight && w >= 0 && w < settings.inWidth) {
        let at = ((image * settings.inDepth + d) * settings.inHeight + h) * settings.inWidth + w;
        sum = sum + x[at * settings.channels + channel] * dy[place * settings.outputs + output];
      }
      column = column + 1;
      if (column == settings.outWidth) { column = 0; row = row + 1; }
      if (row == settings.outHeight) { row = 0; slice = slice + 1; }
      if (slice == settings.outDepth) { slice = 0; image = image + 1; }
    }
    parts[i] = sum;
  }
`
