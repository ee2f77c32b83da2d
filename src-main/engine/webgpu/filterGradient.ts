import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import type { ConvInfo } from '../convAttrs.ts'
import type * as tf from '../tf.ts'
import { groupsFor, make, runKernel, sizeOf, threadNumber } from './kernel.ts'
import { four, tileColumns, typeOf, type Width, widthOf } from './tiles.ts'

/*
 * The gradient of a convolution's filter as one product, [kernel × channels, places] by [places, output channels], whose
 * patches are gathered into shared memory as they are needed. tfjs's own kernel walks over the whole batch in every
 * thread. The places are split over workgroups and a second pass adds the parts in a fixed order: the same bits every time.
 */

/** Places gathered at a time. */
const depth = 16
/** Workgroups that keep a large GPU busy. */
const wantedGroups = 256
/** Below so many tiles of places a part costs more than it saves. */
const leastTiles = 16
/** Of the pass that adds the parts. */
const sumThreads = 64

/** dW from x and dy, both NHWC. */
export function filterGradient(
  backend: WebGPUBackend,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  info: ConvInfo,
): tf.TensorInfo {
  const { filterShape } = info
  if (sizeOf(x.shape) * sizeOf(dy.shape) === 0)
    return backend.makeTensorInfo(filterShape, 'float32', new Float32Array(sizeOf(filterShape)))
  const cut = cutOf(info)
  if (cut.parts === 1) {
    const whole = make(backend, filterShape)
    multiply(backend, { x, dy, dw: whole }, info, cut)
    return whole
  }
  const parts = make(backend, [cut.parts, ...filterShape])
  multiply(backend, { x, dy, dw: parts }, info, cut)
  const sum = make(backend, filterShape)
  const size = sizeOf(filterShape)
  runKernel(backend, {
    name: 'SumOfParts',
    threads: sumThreads,
    groups: groupsFor(size, sumThreads),
    reads: { parts },
    writes: { sum },
    ints: { size, count: cut.parts },
    code: sumCode,
  })
  backend.disposeData(parts.dataId)
  return sum
}

interface Cut {
  /** Taps and outputs of a workgroup; each of its threads makes 4 × 4 sums. */
  readonly rows: number
  readonly sides: number
  readonly groups: readonly [number, number, number]
  readonly parts: number
  /** Tiles of `depth` places that a part has. */
  readonly tiles: number
}

function cutOf({ batchSize, outHeight, outWidth, filterShape }: ConvInfo): Cut {
  const [height, width, input, output] = filterShape
  const taps = height * width * input
  const sides = tileColumns(output)
  // Wide tiles read less; with few taps they would throw away more.
  const rows = taps >= 512 ? 64 : 32
  const [across, down] = [Math.ceil(output / sides), Math.ceil(taps / rows)]
  const tiles = Math.ceil((batchSize * outHeight * outWidth) / depth)
  const wanted = Math.ceil(wantedGroups / (across * down))
  const most = Math.max(1, Math.min(wanted, Math.floor(tiles / leastTiles)))
  const own = Math.ceil(tiles / most)
  const parts = Math.ceil(tiles / own)
  return { rows, sides, groups: [across, down, parts], parts, tiles: own }
}

interface Tensors {
  readonly x: tf.TensorInfo
  readonly dy: tf.TensorInfo
  /** The parts, [parts, …filter]. */
  readonly dw: tf.TensorInfo
}

function multiply(backend: WebGPUBackend, { x, dy, dw }: Tensors, info: ConvInfo, cut: Cut): void {
  const { inChannels, outChannels } = info
  const [read, written] = [widthOf(inChannels), widthOf(outChannels)]
  const { rows, sides, groups, tiles } = cut
  runKernel(backend, {
    name: `FilterGradient${rows}By${sides}From${read}To${written}`,
    threads: (rows / 4) * (sides / 4),
    groups,
    reads: { x, dy },
    writes: { dw },
    types: { x: typeOf(read), dy: typeOf(written), dw: typeOf(written) },
    ints: {
      tiles,
      places: info.batchSize * info.outHeight * info.outWidth,
      outHeight: info.outHeight,
      outWidth: info.outWidth,
      strideHeight: info.strideHeight,
      strideWidth: info.strideWidth,
      top: info.padInfo.top,
      left: info.padInfo.left,
      height: info.inHeight,
      width: info.inWidth,
      channels: inChannels / read,
      filterWidth: info.filterWidth,
      taps: info.filterHeight * info.filterWidth * inChannels,
      outputs: outChannels,
    },
    code: code(rows, sides, read, written),
  })
}

/** `read` numbers of x are read at once, and `written` of dy and of dW. */
function code(rows: number, sides: number, read: Width, written: Width): string {
  const threads = (rows / 4) * (sides / 4)
  /** Threads side by side that gather the taps of a place, and the outputs of a place. */
  const tapLanes = rows / read
  const outputLanes = sides / 4
  const slope =
    written === 4
      ? 'found = dy[(place * settings.outputs + output) / 4];'
      : four
          .map(
            (e) => `if (output + ${e} < settings.outputs) {
              found[${e}] = dy[place * settings.outputs + output + ${e}];
            }`,
          )
          .join(' ')
  const seen =
    read === 4
      ? 'patches[d][mine.x]'
      : `vec4<f32>(${four.map((e) => `patches[d][mine.x * 4 + ${e}]`).join(', ')})`
  const write =
    written === 4
      ? 'dw[at / 4] = sums[k];'
      : `for (var e = 0; e < min(4, settings.outputs - output); e = e + 1) {
            dw[at + e] = sums[k][e];
          }`
  return `
    var<workgroup> patches : array<array<${typeOf(read)}, ${tapLanes}>, ${depth}>;
    var<workgroup> slopes : array<array<vec4<f32>, ${outputLanes}>, ${depth}>;

    fn main() {
      let thread = i32(localIndex);
      let firstTap = i32(workgroupId.y) * ${rows};
      let firstPlace = i32(workgroupId.z) * settings.tiles * ${depth};
      // The tap that this thread gathers, of every place.
      let tapLane = thread % ${tapLanes};
      let tap = firstTap / ${read} + tapLane;
      let channel = tap % settings.channels;
      let spot = tap / settings.channels;
      let down = spot / settings.filterWidth - settings.top;
      let right = spot % settings.filterWidth - settings.left;
      let isTap = tap * ${read} < settings.taps;
      // The outputs whose slopes it gathers.
      let outputLane = thread % ${outputLanes};
      let output = i32(workgroupId.x) * ${sides} + outputLane * 4;
      // It makes the sums of four taps by these outputs.
      let mine = vec2<i32>(thread / ${outputLanes}, outputLane);
      var sums : array<vec4<f32>, 4>;

      for (var t = 0; t < settings.tiles; t = t + 1) {
        let start = firstPlace + t * ${depth};
        for (var at = thread / ${tapLanes}; at < ${depth}; at = at + ${threads / tapLanes}) {
          let place = start + at;
          let line = place / settings.outWidth;
          let row = (line % settings.outHeight) * settings.strideHeight + down;
          let column = (place % settings.outWidth) * settings.strideWidth + right;
          let isInside = row >= 0 && row < settings.height && column >= 0 && column < settings.width;
          var found = ${typeOf(read)}();
          if (isTap && isInside && place < settings.places) {
            let image = line / settings.outHeight;
            found = x[((image * settings.height + row) * settings.width + column) * settings.channels + channel];
          }
          patches[at][tapLane] = found;
        }
        for (var at = thread / ${outputLanes}; at < ${depth}; at = at + ${threads / outputLanes}) {
          let place = start + at;
          var found = vec4<f32>();
          if (place < settings.places && output < settings.outputs) {
            ${slope}
          }
          slopes[at][outputLane] = found;
        }
        workgroupBarrier();
        for (var d = 0; d < ${depth}; d = d + 1) {
          let slope = slopes[d][mine.y];
          let seen = ${seen};
          ${four.map((k) => `sums[${k}] = sums[${k}] + seen[${k}] * slope;`).join(' ')}
        }
        workgroupBarrier();
      }

      for (var k = 0; k < 4; k = k + 1) {
        let row = firstTap + mine.x * 4 + k;
        if (row < settings.taps && output < settings.outputs) {
          let at = (i32(workgroupId.z) * settings.taps + row) * settings.outputs + output;
          ${write}
        }
      }
    }
  `
}

const sumCode = `
  ${threadNumber(sumThreads)}
  fn main() {
    let i = threadNumber();
    if (i < settings.size) {
      var total = 0.0;
      for (var part = 0; part < settings.count; part = part + 1) {
        total = total + parts[part * settings.size + i];
      }
      sum[i] = total;
    }
  }
`
