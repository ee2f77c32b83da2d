import type { Job } from './heap.ts'
import type { Call, Draw, Look } from './trace.ts'

/** A parameter that is the address of a place in a block. */
export interface Pointer {
  readonly at: number
  readonly block: number
  readonly offset: number
}

export interface JobMove {
  readonly job: Job & { readonly parameters: number[] }
  /** Of tfjs's kernel that asked for it. */
  readonly call: Call
  readonly pointers: readonly Pointer[]
  /** Where the numbers begin that the optimizer gives anew for each step; -1 where there are none. */
  readonly scalarsFrom: number
}

export interface WriteMove {
  readonly into: number
  readonly values: Float32Array | Int32Array
  readonly draw: Draw | undefined
}

/** Numbers that JavaScript looks at before the step goes on. */
export interface LookMove {
  readonly at: number
  readonly offset: number
  readonly count: number
  readonly look: Look
}

/** One kernel call, numbers that are written into a block, or some that are looked at there. */
export type PlainMove = JobMove | WriteMove | LookMove

/** Kernels that take `chunk` slices at a time through all of them; see chains.ts. */
export interface Chain {
  readonly stages: readonly JobMove[]
  readonly slices: number
  readonly chunk: number
}

export type Move = (PlainMove | Chain) & {
  /** Blocks that are first needed here, and last. */
  readonly begins: number[]
  readonly ends: number[]
}

export function blocksOf(move: PlainMove | Chain): number[] {
  if ('stages' in move) return move.stages.flatMap(blocksOf)
  if ('job' in move) return move.pointers.map(({ block }) => block)
  return 'look' in move ? [move.at] : [move.into]
}
