import type { WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu'
import type { ConvInfo } from '../convAttrs.ts'

/*
 * The gradient of a convolution's filter as one product, [kernel × channels, places] by [places, output channels], whose
 * patches are gathered into shared memory as they are needed. tfjs's own kernel walks over the whole batch in every
 * thread. The places are split over workgroups and a second pass adds the parts in a fixed order: the same bits every time.
 */

/** Side of the square of sums that a workgroup makes; each of its 64 threads makes 4 × 4 of them. */
const tile = 32
/** Places gathered at a time. */
const depth = 16
/** Workgroups that keep a large GPU busy. */
const wantedGroups = 256
/** Below so many tiles of places a part costs more than it saves. */
const leastTiles = 16

export interface Split {
  readonly parts: number
  /** Tiles of `depth` places that a part has. */
  readonly tiles: number
}

/** How the places are split for a filter of that size. */
export function splitPlaces({ batchSize, outHeight, outWidth, filterShape }: ConvInfo): Split {
  const [height, width, input, output] = filterShape
  const groups = Math.ceil((height * width * input) / tile) * Math.ceil(output / tile)
  const tiles = Math.ceil((batchSize * outHeight * outWidth) / depth)
  const parts = Math.max(1, Math.min(Math.ceil(wantedGroups / groups), Math.floor(tiles / leastTiles)))
  return { parts, tiles: Math.ceil(tiles / parts) }
}

const code = `
  var<workgroup> patches : array<array<f32, ${tile}>, ${depth}>;
  var<workgroup> slopes : array<array<f32, ${tile}>, ${depth}>;

  fn patchAt(place : i32, tap : i32) -> f32 {
    let column = place % uniforms.outSize.y;
    let rest = place / uniforms.outSize.y;
    let row = rest % uniforms.outSize.x;
    let image = rest / uniforms.outSize.x;
    let channel = tap % uniforms.xShape.w;
    let spot = tap / uniforms.xShape.w;
    let y = row * uniforms.strides.x + spot / uniforms.filterWidth - uniforms.pads.x;
    let at = column * uniforms.strides.y + spot % uniforms.filterWidth - uniforms.pads.y;
    if (y < 0 || y >= uniforms.xShape.y || at < 0 || at >= uniforms.xShape.z) {
      return 0.0;
    }
    return x[((image * uniforms.xShape.y + y) * uniforms.xShape.z + at) * uniforms.xShape.w + channel];
  }

  fn main() {
    let taps = uniforms.outShape.y;
    let outputs = uniforms.outShape.z;
    let places = uniforms.xShape.x * uniforms.outSize.x * uniforms.outSize.y;
    let firstTap = i32(workgroupId.y) * ${tile};
    let firstOutput = i32(workgroupId.x) * ${tile};
    let firstPlace = i32(workgroupId.z) * uniforms.tiles * ${depth};
    let mine = vec2<i32>(i32(localIndex) / 8, i32(localIndex) % 8) * 4;
    var sums : array<vec4<f32>, 4>;

    for (var t = 0; t < uniforms.tiles; t = t + 1) {
      for (var i = i32(localIndex); i < ${tile * depth}; i = i + 64) {
        let row = i / ${tile};
        let column = i % ${tile};
        let place = firstPlace + t * ${depth} + row;
        let tap = firstTap + column;
        let output = firstOutput + column;
        var seen = 0.0;
        var slope = 0.0;
        if (place < places && tap < taps) {
          seen = patchAt(place, tap);
        }
        if (place < places && output < outputs) {
          slope = dy[place * outputs + output];
        }
        patches[row][column] = seen;
        slopes[row][column] = slope;
      }
      workgroupBarrier();
      for (var row = 0; row < ${depth}; row = row + 1) {
        let slope = vec4<f32>(slopes[row][mine.y], slopes[row][mine.y + 1], slopes[row][mine.y + 2], slopes[row][mine.y + 3]);
        for (var k = 0; k < 4; k = k + 1) {
          sums[k] = sums[k] + patches[row][mine.x + k] * slope;
        }
      }
      workgroupBarrier();
    }

    for (var k = 0; k < 4; k = k + 1) {
      for (var o = 0; o < 4; o = o + 1) {
        let tap = firstTap + mine.x + k;
        let output = firstOutput + mine.y + o;
        if (tap < taps && output < outputs) {
          result[(i32(workgroupId.z) * taps + tap) * outputs + output] = sums[k][o];
        }
      }
    }
  }
`

/** Gives the parts, [parts, kernel × input channels, output channels], from x and dy, both NHWC. */
export function partialFilterGradient({ filterShape }: ConvInfo, { parts }: Split): WebGPUProgram {
  const [height, width, input, output] = filterShape
  const taps = height * width * input
  return {
    variableNames: ['x', 'dy'],
    uniforms: 'outSize : vec2<i32>, strides : vec2<i32>, pads : vec2<i32>, filterWidth : i32, tiles : i32,',
    outputShape: [parts, taps, output],
    workgroupSize: [64, 1, 1],
    dispatchLayout: { x: [2], y: [1], z: [0] },
    dispatch: [Math.ceil(output / tile), Math.ceil(taps / tile), parts],
    shaderKey: 'annealFilterGradient',
    getUserCode: () => code,
  }
}

/** The uniforms of `partialFilterGradient`, in its order. */
export function filterGradientUniforms(info: ConvInfo, { tiles }: Split): { type: string; data: number[] }[] {
  const ints = (...data: number[]) => ({ type: 'int32', data })
  return [
    ints(info.outHeight, info.outWidth),
    ints(info.strideHeight, info.strideWidth),
    ints(info.padInfo.top, info.padInfo.left),
    ints(info.filterWidth),
    ints(tiles),
  ]
}

/** Adds parts, [parts, …], to one of them. */
export function sumOfParts(parts: number, shape: number[]): WebGPUProgram {
  const size = shape.reduce((product, side) => product * side, 1)
  return {
    variableNames: ['parts'],
    outputShape: shape,
    workgroupSize: [64, 1, 1],
    dispatchLayout: { x: shape.map((_, axis) => axis) },
    dispatch: [Math.ceil(size / 64), 1, 1],
    size: true,
    uniforms: 'count : i32,',
    shaderKey: `annealSumOfParts${parts > 1 ? '' : 'One'}`,
    getUserCode: () => `
      fn main(index : i32) {
        if (index < uniforms.size) {
          var sum = 0.0;
          for (var part = 0; part < uniforms.count; part = part + 1) {
            sum = sum + parts[part * uniforms.size + index];
          }
          result[index] = sum;
        }
      }
    `,
  }
}
