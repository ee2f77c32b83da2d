import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import type { ConvInfo } from '../convAttrs.ts'
import type * as tf from '../tf.ts'
import { groupsFor, make, runKernel, sizeOf } from './kernel.ts'
import { four, typeOf, type Width, widthOf } from './tiles.ts'

/*
 * A convolution to at most 16 channels, as one product, [pixels, taps × channels] by [taps × channels, output channels],
 * whose patches are gathered into shared memory as they are needed. tfjs's program does the same on tiles of 32 × 32: of
 * those at least half would be thrown away here, and more where 3 channels come in. Wider ones are left to it.
 */

/** Pixels and output channels of a workgroup, of which each thread makes 4 × 4. */
const tile = 64
export const mostOutputs = 16
const threads = (tile / 4) * (mostOutputs / 4)
/** Terms of the sums gathered at a time. */
const depth = 16

/** y, NHWC, from x and a filter of no more than `mostOutputs` outputs. */
export function convolution(
  backend: WebGPUBackend,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  info: ConvInfo,
): tf.TensorInfo {
  const { inChannels, outChannels } = info
  if (sizeOf(info.outShape) === 0)
    return backend.makeTensorInfo(info.outShape, 'float32', new Float32Array(0))
  const y = make(backend, info.outShape)
  const [read, written] = [widthOf(inChannels), widthOf(outChannels)]
  const pixels = info.batchSize * info.outHeight * info.outWidth
  const terms = info.filterHeight * info.filterWidth * inChannels
  runKernel(backend, {
    name: `Convolution16From${read}To${written}`,
    threads,
    groups: groupsFor(pixels, tile),
    reads: { x, kernel: filter },
    writes: { y },
    types: { x: typeOf(read), kernel: typeOf(written), y: typeOf(written) },
    ints: {
      pixels,
      terms,
      rows: info.outHeight,
      columns: info.outWidth,
      strideHeight: info.strideHeight,
      strideWidth: info.strideWidth,
      top: info.padInfo.top,
      left: info.padInfo.left,
      height: info.inHeight,
      width: info.inWidth,
      channels: inChannels / read,
      filterWidth: info.filterWidth,
      outputs: outChannels,
    },
    code: code(read, written),
  })
  return y
}

/** `read` numbers of x are read at once, and `written` of the filter and of y. */
function code(read: Width, written: Width): string {
  /** Threads that gather one pixel's terms, and pixels that are gathered at once. */
  const lanes = depth / read
  const own = threads / lanes
  const multiply =
    read === 4
      ? four.map((e) => `sums[k] = sums[k] + seen[${e}] * weights[d * 4 + ${e}][mine.y];`).join(' ')
      : 'sums[k] = sums[k] + seen * weights[d][mine.y];'
  const weight =
    written === 4
      ? 'found = kernel[(term * settings.outputs + output) / 4];'
      : four
          .map(
            (e) => `if (output + ${e} < settings.outputs) {
              found[${e}] = kernel[term * settings.outputs + output + ${e}];
            }`,
          )
          .join(' ')
  const write =
    written === 4
      ? 'y[(pixel * settings.outputs + output) / 4] = sums[k];'
      : `for (var e = 0; e < min(4, settings.outputs - output); e = e + 1) {
              y[pixel * settings.outputs + output + e] = sums[k][e];
            }`
  return `
    // One column more than used, so that threads of different rows do not read from one bank.
    var<workgroup> patches : array<array<${typeOf(read)}, ${lanes + 1}>, ${tile}>;
    var<workgroup> weights : array<array<vec4<f32>, ${mostOutputs / 4}>, ${depth}>;

    fn main() {
      let firstPixel = i32(workgroupId.y * numWorkgroups.x + workgroupId.x) * ${tile};
      let thread = i32(localIndex);
      // Where the patch of each pixel begins that this thread gathers: image, row and column.
      let lane = thread % ${lanes};
      let first = thread / ${lanes};
      var places : array<vec3<i32>, ${tile / own}>;
      for (var k = 0; k < ${tile / own}; k = k + 1) {
        let pixel = firstPixel + first + k * ${own};
        let row = pixel / settings.columns;
        let down = (row % settings.rows) * settings.strideHeight - settings.top;
        let right = (pixel % settings.columns) * settings.strideWidth - settings.left;
        // Beyond the last pixel: a row that is not there.
        places[k] = vec3<i32>(row / settings.rows, select(settings.height, down, pixel < settings.pixels), right);
      }
      // Of the weights it gathers one row's four.
      let weightRow = thread / ${mostOutputs / 4};
      let weightColumn = thread % ${mostOutputs / 4};
      // It makes the sums of four pixels by four outputs.
      let mine = vec2<i32>(thread / ${mostOutputs / 4} * 4, thread % ${mostOutputs / 4});
      var sums : array<vec4<f32>, 4>;

      for (var start = 0; start < settings.terms; start = start + ${depth}) {
        let number = start / ${read} + lane;
        let tap = number / settings.channels;
        let channel = number % settings.channels;
        let down = tap / settings.filterWidth;
        let right = tap % settings.filterWidth;
        let isThere = number * ${read} < settings.terms;
        for (var k = 0; k < ${tile / own}; k = k + 1) {
          let row = places[k].y + down;
          let column = places[k].z + right;
          var found = ${typeOf(read)}();
          if (isThere && row >= 0 && row < settings.height && column >= 0 && column < settings.width) {
            found = x[((places[k].x * settings.height + row) * settings.width + column) * settings.channels + channel];
          }
          patches[first + k * ${own}][lane] = found;
        }
        {
          let term = start + weightRow;
          let output = weightColumn * 4;
          var found = vec4<f32>();
          if (term < settings.terms && output < settings.outputs) {
            ${weight}
          }
          weights[weightRow][weightColumn] = found;
        }
        workgroupBarrier();
        for (var d = 0; d < ${lanes}; d = d + 1) {
          for (var k = 0; k < 4; k = k + 1) {
            let seen = patches[mine.x + k][d];
            ${multiply}
          }
        }
        workgroupBarrier();
      }

      let output = mine.y * 4;
      for (var k = 0; k < 4; k = k + 1) {
        let pixel = firstPixel + mine.x + k;
        if (pixel < settings.pixels && output < settings.outputs) {
          ${write}
        }
      }
    }
  `
}
