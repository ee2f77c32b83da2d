import type { Shape4D } from '../convAttrs.ts'

interface Dimensions {
  readonly 4: Shape4D
  readonly 5: [number, number, number, number, number]
}

/** @throws Error when a tensor of this shape has another rank */
export function dimensionsOf<R extends keyof Dimensions>(shape: readonly number[], rank: R): Dimensions[R] {
  if (isOfRank(shape, rank)) return shape
  throw new Error(`expected a tensor of rank ${rank}, not of shape [${shape}]`)
}

function isOfRank<R extends keyof Dimensions>(shape: readonly number[], rank: R): shape is Dimensions[R] {
  return shape.length === rank
}
