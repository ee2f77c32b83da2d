import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { z } from 'zod'
import * as tf from '../tf.ts'
import { groupsFor, type Inputs, input, make, register, runKernel, sizeOf, threadNumber } from './kernel.ts'
import { dimensionsOf } from './shapes.ts'

/*
 * The gradient of a maximum pool, of images and of volumes: the first greatest number of a window gets it, as on all
 * other devices. tfjs's program gives it to the last one, which shows behind a ReLU, where many numbers are equal.
 */

const threads = 64
const size = z.union([z.number(), z.array(z.number())])
const poolAttrs = z.object({
  filterSize: size,
  strides: size,
  pad: z.union([z.enum(['same', 'valid']), z.number()]),
  dimRoundingMode: z.enum(['floor', 'round', 'ceil']).nullish(),
})

export function registerMaxPoolGradients(): void {
  register('MaxPoolGrad', gradient)
  register('MaxPool3DGrad', gradient)
}

/** Undefined for padding that is given for each side. */
function gradient(backend: WebGPUBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo | undefined {
  const [dy, x] = [input(inputs, 'dy'), input(inputs, 'input')]
  const { success, data } = poolAttrs.safeParse(attrs)
  if (!success || sizeOf(x.shape) === 0) return undefined
  const ints = windows(x.shape, data)
  const places = backend.makeTensorInfo(dy.shape, 'int32')
  const dx = make(backend, x.shape)
  const types = { places: 'i32' }
  const outputs = sizeOf(dy.shape)
  runKernel(backend, {
    name: 'MaxPoolPlaces',
    threads,
    groups: groupsFor(outputs, threads),
    reads: { x },
    writes: { places },
    types,
    ints: { ...ints, size: outputs },
    code: placesCode,
  })
  const numbers = sizeOf(x.shape)
  runKernel(backend, {
    name: 'MaxPoolGradient',
    threads,
    groups: groupsFor(numbers, threads),
    reads: { dy, places },
    writes: { dx },
    types,
    ints: { ...ints, size: numbers },
    code: gradientCode,
  })
  backend.disposeData(places.dataId)
  return dx
}

/** An image is a volume of one slice. */
function windows(shape: readonly number[], attrs: z.infer<typeof poolAttrs>): Record<string, number> {
  const volume = shape.length === 5 ? shape : [shape[0] ?? 0, 1, ...shape.slice(1)]
  const three = (given: number | number[]): [number, number, number] => {
    const each = typeof given === 'number' ? [given, given, given] : given
    const [a = 1, b = 1, c = 1] = each.length === 3 && shape.length === 5 ? each : [1, ...each.slice(-2)]
    return [a, b, c]
  }
  const info = tf.backend_util.computePool3DInfo(
    dimensionsOf(volume, 5),
    three(attrs.filterSize),
    three(attrs.strides),
    1,
    attrs.pad,
    attrs.dimRoundingMode ?? undefined,
  )
  return {
    channels: info.inChannels,
    depth: info.inDepth,
    height: info.inHeight,
    width: info.inWidth,
    outDepth: info.outDepth,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    filterDepth: info.filterDepth,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideDepth: info.strideDepth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    front: info.padInfo.front,
    top: info.padInfo.top,
    left: info.padInfo.left,
  }
}

const placesCode = `
  ${threadNumber(threads)}
  fn main() {
    let i = threadNumber();
    if (i >= settings.size) { return; }
    let channel = i % settings.channels;
    let place = i / settings.channels;
    let line = place / settings.outWidth;
    let slice = line / settings.outHeight;
    let image = slice / settings.outDepth;
    let first = vec3<i32>(
      slice % settings.outDepth * settings.strideDepth - settings.front,
      line % settings.outHeight * settings.strideHeight - settings.top,
      place % settings.outWidth * settings.strideWidth - settings.left
    );
    let start = max(first, vec3<i32>());
    let end = min(
      first + vec3<i32>(settings.filterDepth, settings.filterHeight, settings.filterWidth),
      vec3<i32>(settings.depth, settings.height, settings.width)
    );
    var best = 0.0;
    var found = -1;
    for (var d = start.x; d < end.x; d = d + 1) {
      for (var h = start.y; h < end.y; h = h + 1) {
        for (var w = start.z; w < end.z; w = w + 1) {
          let at = ((image * settings.depth + d) * settings.height + h) * settings.width + w;
          let value = x[at * settings.channels + channel];
          if (found < 0 || value > best) {
            best = value;
            found = at;
          }
        }
      }
    }
    places[i] = found;
  }
`

/** The windows of a place, in their order: the same bits every time. */
const gradientCode = `
  ${threadNumber(threads)}
  fn main() {
    let i = threadNumber();
    if (i >= settings.size) { return; }
    let channel = i % settings.channels;
    let place = i / settings.channels;
    let line = place / settings.width;
    let slice = line / settings.height;
    let image = slice / settings.depth;
    let own = vec3<i32>(
      slice % settings.depth + settings.front,
      line % settings.height + settings.top,
      place % settings.width + settings.left
    );
    let stride = vec3<i32>(settings.strideDepth, settings.strideHeight, settings.strideWidth);
    let filters = vec3<i32>(settings.filterDepth, settings.filterHeight, settings.filterWidth);
    let start = max(own - filters + stride, vec3<i32>()) / stride;
    let end = min(own / stride + 1, vec3<i32>(settings.outDepth, settings.outHeight, settings.outWidth));
    var sum = 0.0;
    for (var d = start.x; d < end.x; d = d + 1) {
      for (var h = start.y; h < end.y; h = h + 1) {
        for (var w = start.z; w < end.z; w = w + 1) {
          let window = ((image * settings.outDepth + d) * settings.outHeight + h) * settings.outWidth + w;
          let at = window * settings.channels + channel;
          if (places[at] == place) {
            sum = sum + dy[at];
          }
        }
      }
    }
    dx[i] = sum;
  }
`
