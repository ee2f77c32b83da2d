import type { ModelSpec } from '../run/spec.ts'

export type VggDepth = Extract<ModelSpec, { kind: 'vgg' }>['depth']

/** Convolutions in each of the five stages: configurations A, B, D and E of Simonyan and Zisserman 2015, table 1. */
const stages: Readonly<Record<VggDepth, readonly number[]>> = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
}

/** Channels of each convolution, stage by stage; a 2×2 pooling follows each stage. */
export function vggWidths(depth: VggDepth): number[][] {
  return stages[depth].map((count, stage) =>
    Array.from({ length: count }, () => Math.min(64 * 2 ** stage, 512)),
  )
}

/** Pixels that an image needs in height and in width: five poolings halve them. */
export const leastVggSide = 32
