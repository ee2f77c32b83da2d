import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import type { ConvInfo } from '../convAttrs.ts'
import type * as tf from '../tf.ts'
import { depth, productCode, sumCode, sumThreads } from './filterGradientCode.ts'
import { groupsFor, make, runKernel, sizeOf } from './kernel.ts'
import { tileColumns, typeOf, widthOf } from './tiles.ts'

/*
 * The gradient of a convolution's filter as one product, [kernel × channels, places] by [places, output channels], whose
 * patches are gathered into shared memory as they are needed. tfjs's own kernel walks over the whole batch in every
 * thread. The places are split over workgroups and a second pass adds the parts in a fixed order: the same bits every time.
 */

/** Workgroups that keep a large GPU busy. */
const wantedGroups = 256
/** Below so many tiles of places a part costs more than it saves. */
const leastTiles = 16

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
  return sumOfParts(backend, parts, filterShape)
}

/** Adds parts, [parts, …shape], in their order. They are given back. */
export function sumOfParts(
  backend: WebGPUBackend,
  parts: tf.TensorInfo,
  shape: readonly number[],
): tf.TensorInfo {
  const [count = 1] = parts.shape
  const sum = make(backend, shape)
  const size = sizeOf(shape)
  runKernel(backend, {
    name: 'SumOfParts',
    threads: sumThreads,
    groups: groupsFor(size, sumThreads),
    reads: { parts },
    writes: { sum },
    ints: { size, count },
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
    code: productCode(rows, sides, read, written),
  })
}
