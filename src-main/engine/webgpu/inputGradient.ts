import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import type { ConvInfo } from '../convAttrs.ts'
import { type Phase, phasesOf } from '../convPhases.ts'
import type * as tf from '../tf.ts'
import { groupsFor, make, runKernel, sizeOf } from './kernel.ts'
import { tileColumns } from './tiles.ts'

/*
 * The gradient of a convolution's input as products, one for each phase of the stride (see engine/convPhases.ts): [pixels,
 * taps × output channels] by [taps × output channels, input channels], gathered into shared memory as they are needed.
 * tfjs's kernel multiplies the zeros between strides, reads the filter across its rows, and cuts each image by itself.
 */

/** Pixels of a workgroup. */
const tile = 64
/** Terms of the sums gathered at a time. */
const depth = 16

/** dx, NHWC, from dy and the filter. */
export function inputGradient(
  backend: WebGPUBackend,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  info: ConvInfo,
): tf.TensorInfo {
  if (sizeOf(dy.shape) * sizeOf(filter.shape) === 0)
    return backend.makeTensorInfo(info.inShape, 'float32', new Float32Array(sizeOf(info.inShape)))
  const dx = make(backend, info.inShape)
  const { down, right } = phasesOf(info)
  for (const row of down)
    for (const column of right)
      if (row.count * column.count > 0) runPhase(backend, { dy, filter, dx }, info, row, column)
  return dx
}

interface Tensors {
  readonly dy: tf.TensorInfo
  readonly filter: tf.TensorInfo
  readonly dx: tf.TensorInfo
}

function runPhase(
  backend: WebGPUBackend,
  { dy, filter, dx }: Tensors,
  info: ConvInfo,
  row: Phase,
  column: Phase,
): void {
  const { inChannels, outChannels } = info
  const width = inChannels % 4 === 0 && outChannels % 4 === 0 ? 4 : 1
  const sides = tileColumns(inChannels)
  const pixels = info.batchSize * row.count * column.count
  const terms = (row.taps * column.taps * outChannels) / width
  const [x, y] = groupsFor(pixels, tile)
  runKernel(backend, {
    name: `InputGradient${sides}${width === 4 ? 'Fours' : ''}`,
    threads: threadsOf(sides),
    groups: [x, y, Math.ceil(inChannels / sides)],
    reads: { dy, kernel: filter },
    writes: { dx },
    types: { dy: 'T', kernel: 'T', dx: 'T' },
    ints: {
      pixels,
      terms,
      tiles: Math.ceil((terms * width) / depth),
      rows: row.count,
      columns: column.count,
      startRow: row.start,
      startColumn: column.start,
      dyHeight: info.outHeight,
      dyWidth: info.outWidth,
      dyChannels: outChannels / width,
      tapColumns: column.taps,
      firstTapRow: row.firstTap,
      firstTapColumn: column.firstTap,
      filterWidth: info.filterWidth,
      strideHeight: info.strideHeight,
      strideWidth: info.strideWidth,
      firstRow: row.first,
      firstColumn: column.first,
      height: info.inHeight,
      width: info.inWidth,
      channels: inChannels,
    },
    code: code(sides, width),
  })
}

/** Each makes 4 × 4 sums. */
const threadsOf = (sides: number): number => (tile / 4) * (sides / 4)

/** Of the four that a thread has, those that are there. */
const eachColumn = `
          for (var c = 0; c < min(4, settings.channels - channel); c = c + 1) {
            dx[at + c] = sums[k][c];
          }`

/** `width` numbers are read at once, and written. */
function code(sides: number, width: 1 | 4): string {
  const threads = threadsOf(sides)
  /** Threads that gather one row, and rows that are gathered at once. */
  const lanes = depth / width
  const rows = threads / lanes
  const put = (target: string): string =>
    width === 1
      ? `${target}[lane][at] = found;`
      : [0, 1, 2, 3].map((e) => `${target}[lane * 4 + ${e}][at] = found[${e}];`).join(' ')
  return `
    alias T = ${width === 4 ? 'vec4<f32>' : 'f32'};
    // One column more than used, so that a row of threads does not write to one bank.
    var<workgroup> slopes : array<array<f32, ${tile + 1}>, ${depth}>;
    var<workgroup> weights : array<array<f32, ${sides + 1}>, ${depth}>;

    // Image, row and column, counted within the phase.
    fn placeOf(pixel : i32) -> vec3<i32> {
      let rest = pixel / settings.columns;
      return vec3<i32>(rest / settings.rows, rest % settings.rows, pixel % settings.columns);
    }

    fn slopeAt(pixel : i32, place : vec3<i32>, tap : vec2<i32>, channel : i32, isThere : bool) -> T {
      let row = settings.startRow + place.y - tap.x;
      let column = settings.startColumn + place.z - tap.y;
      let inside = row >= 0 && row < settings.dyHeight && column >= 0 && column < settings.dyWidth;
      if (isThere && inside && pixel < settings.pixels) {
        return dy[((place.x * settings.dyHeight + row) * settings.dyWidth + column) * settings.dyChannels + channel];
      }
      return T();
    }

    fn weightAt(column : i32, tap : vec2<i32>, channel : i32, isThere : bool) -> T {
      let row = settings.firstTapRow + tap.x * settings.strideHeight;
      let spot = row * settings.filterWidth + settings.firstTapColumn + tap.y * settings.strideWidth;
      if (isThere && column < settings.channels) {
        return kernel[(spot * settings.channels + column) * settings.dyChannels + channel];
      }
      return T();
    }

    fn main() {
      let firstPixel = i32(workgroupId.y * numWorkgroups.x + workgroupId.x) * ${tile};
      let firstChannel = i32(workgroupId.z) * ${sides};
      let lane = i32(localIndex) % ${lanes};
      let own = i32(localIndex) / ${lanes};
      var places : array<vec3<i32>, ${tile / rows}>;
      for (var k = 0; k < ${tile / rows}; k = k + 1) {
        places[k] = placeOf(firstPixel + own + k * ${rows});
      }
      let left = i32(localIndex) / ${sides / 4} * 4;
      let top = i32(localIndex) % ${sides / 4} * 4;
      var sums : array<vec4<f32>, 4>;

      for (var t = 0; t < settings.tiles; t = t + 1) {
        let term = t * ${lanes} + lane;
        let isThere = term < settings.terms;
        let channel = term % settings.dyChannels;
        let number = term / settings.dyChannels;
        let tap = vec2<i32>(number / settings.tapColumns, number % settings.tapColumns);
        for (var k = 0; k < ${tile / rows}; k = k + 1) {
          let at = own + k * ${rows};
          let found = slopeAt(firstPixel + at, places[k], tap, channel, isThere);
          ${put('slopes')}
        }
        for (var k = 0; k < ${sides / rows}; k = k + 1) {
          let at = own + k * ${rows};
          let found = weightAt(firstChannel + at, tap, channel, isThere);
          ${put('weights')}
        }
        workgroupBarrier();
        for (var d = 0; d < ${depth}; d = d + 1) {
          let weight = vec4<f32>(weights[d][top], weights[d][top + 1], weights[d][top + 2], weights[d][top + 3]);
          for (var k = 0; k < 4; k = k + 1) {
            sums[k] = sums[k] + slopes[d][left + k] * weight;
          }
        }
        workgroupBarrier();
      }

      let channel = firstChannel + top;
      for (var k = 0; k < 4; k = k + 1) {
        let pixel = firstPixel + left + k;
        if (pixel < settings.pixels && channel < settings.channels) {
          let place = placeOf(pixel);
          let row = settings.firstRow + place.y * settings.strideHeight;
          let column = settings.firstColumn + place.z * settings.strideWidth;
          let at = ((place.x * settings.height + row) * settings.width + column) * settings.channels + channel;
          ${width === 4 ? 'dx[at / 4] = sums[k];' : eachColumn}
        }
      }
    }
  `
}
