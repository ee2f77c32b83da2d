import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { z } from 'zod'
import type * as tf from '../tf.ts'
import { type Inputs, input, make, register, runKernel, sizeOf } from './kernel.ts'

/*
 * Rows added by the segment they belong to: the gradient of gathered rows, as of an embedding. tfjs's program adds them
 * atomically, in whatever order threads come. Here a workgroup has one segment and some columns, and walks over all
 * rows in their order; rows are looked at together, and those of other segments are passed over as one.
 */

const threads = 64
const segmentAttrs = z.object({ numSegments: z.int().nonnegative() })

export function registerSegments(): void {
  register('UnsortedSegmentSum', segmentSum)
}

function segmentSum(
  backend: WebGPUBackend,
  inputs: Inputs,
  attrs: tf.NamedAttrMap,
): tf.TensorInfo | undefined {
  const { numSegments } = segmentAttrs.parse(attrs)
  const [x, segmentIds] = [input(inputs, 'x'), input(inputs, 'segmentIds')]
  const [rows = 0, ...others] = x.shape
  const columns = sizeOf(others)
  if (x.dtype !== 'float32' || rows * columns * numSegments === 0) return undefined
  const sums = make(backend, [numSegments, ...others])
  // A GPU takes so many workgroups of one axis at most; a segment beyond is another row of them.
  const across = Math.min(numSegments, 32_768)
  runKernel(backend, {
    name: 'SegmentSum',
    threads,
    groups: [across, Math.ceil(numSegments / across), Math.ceil(columns / threads)],
    reads: { x, segmentIds },
    writes: { sums },
    types: { segmentIds: 'i32' },
    ints: { rows, columns, segments: numSegments },
    code,
  })
  return sums
}

const code = `
  var<workgroup> isMine : array<bool, ${threads}>;
  var<workgroup> mine : atomic<u32>;

  fn main() {
    let segment = i32(workgroupId.y * numWorkgroups.x + workgroupId.x);
    let lane = i32(localIndex);
    let column = i32(workgroupId.z) * ${threads} + lane;
    var sum = 0.0;
    for (var first = 0; first < settings.rows; first = first + ${threads}) {
      if (lane == 0) { atomicStore(&mine, 0u); }
      workgroupBarrier();
      let row = first + lane;
      let found = row < settings.rows && segmentIds[min(row, settings.rows - 1)] == segment;
      isMine[lane] = found;
      if (found) { atomicAdd(&mine, 1u); }
      workgroupBarrier();
      if (atomicLoad(&mine) > 0u && column < settings.columns) {
        for (var k = 0; k < min(${threads}, settings.rows - first); k = k + 1) {
          if (isMine[k]) { sum = sum + x[(first + k) * settings.columns + column]; }
        }
      }
      workgroupBarrier();
    }
    if (segment < settings.segments && column < settings.columns) {
      sums[segment * settings.columns + column] = sum;
    }
  }
`
