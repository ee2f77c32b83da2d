import { stepScalars } from '../fusedAttrs.ts'
import { NotRecordable } from '../notRecordable.ts'
import { sameOuterBlocks } from '../rehearsal.ts'
import type * as tf from '../tf.ts'
import { chained } from './chains.ts'
import type { Job } from './heap.ts'
import {
  blocksOf,
  type Chain,
  type JobMove,
  type LookMove,
  type Move,
  type PlainMove,
  type Pointer,
  type WriteMove,
} from './moves.ts'
import type { Rehearsed } from './rehearsal.ts'
import type { Operation, TracedLook, TracedWrite } from './trace.ts'
import { withoutUnread } from './unread.ts'

/** Kernels that write each number where they have read it: their result may lie where its source lay. */
const inPlace: ReadonlySet<string> = new Set(['sgdStep', 'adamStep', 'rmspropStep', 'moveStatistics'])

export interface Plan {
  readonly moves: readonly Move[]
  /** Bytes of each block that is made in the step. */
  readonly blocks: readonly (number | undefined)[]
  /** Blocks of the inputs; undefined for one that the step does not read. */
  readonly inputs: readonly (number | undefined)[]
  /** Blocks of variables, and of what lies in their place after the step. */
  readonly variables: ReadonlyMap<tf.Variable, number>
  readonly results: readonly number[]
  /** Blocks that become a variable's own after the step. */
  readonly given: ReadonlyMap<tf.Variable, number>
}

/**
 * The step as a list, from two trials that differ in all that may differ between steps. A parameter is an address if it
 * has moved with its block, and fixed if it is the same in both; of others only those of the optimizer's kernels are known.
 * @throws NotRecordable for any other
 */
export function planOf(first: Rehearsed, second: Rehearsed): Plan {
  const operations = pairs(first.trace.operations, second.trace.operations)
  if (!sameBlocks(first, second)) throw new NotRecordable('the step asks for other blocks each time')
  const moves = operations.map(([a, b]) => moveOf(a, b, first, second))
  const shared = inPlaceBlocks(first, moves)
  const given = new Map([...first.given].filter(([, block]) => !shared.has(block)))
  const { inputs, variables, results } = first
  const kept = new Set([...results, ...given.values()])
  const { blocks } = first.trace
  const read = withoutUnread(moves, blocks, new Set([...results, ...first.given.values()]))
  const placed = read.map((move) => renamed(move, shared))
  const timed = withLifetimes(chained(placed, blocks), first, kept)
  return { moves: timed, blocks, inputs, variables, results, given }
}

function pairs(first: readonly Operation[], second: readonly Operation[]): [Operation, Operation][] {
  if (first.length !== second.length) throw new NotRecordable('the step calls other kernels each time')
  return first.flatMap((operation, place): [Operation, Operation][] => {
    const other = second[place]
    return other === undefined ? [] : [[operation, other]]
  })
}

function sameBlocks(first: Rehearsed, second: Rehearsed): boolean {
  const outer = [...first.trace.outer]
  return (
    sameOuterBlocks(first, second) &&
    first.trace.blocks.join() === second.trace.blocks.join() &&
    outer.length === second.trace.outer.size &&
    outer.every(([data, block]) => second.trace.outer.get(data) === block)
  )
}

function moveOf(a: Operation, b: Operation, first: Rehearsed, second: Rehearsed): PlainMove {
  if ('job' in a && 'job' in b) return { ...jobMove(a.job, b.job, first, second), call: a.call }
  if ('write' in a && 'write' in b) return writeMove(a.write, b.write, first, second)
  if ('looked' in a && 'looked' in b) return lookMove(a.looked, b.looked, first, second)
  throw new NotRecordable('the step calls other kernels each time')
}

function jobMove(a: Job, b: Job, first: Rehearsed, second: Rehearsed): Omit<JobMove, 'call'> {
  const same =
    a.kernel === b.kernel &&
    a.items === b.items &&
    a.chunk === b.chunk &&
    a.scratchBytes === b.scratchBytes &&
    a.parameters.length === b.parameters.length
  if (!same) throw new NotRecordable(`${a.kernel} is called in another way each time`)
  const scalarsFrom = scalarsOf(a, b, first, second)
  const pointers: Pointer[] = []
  for (const [at, parameter] of a.parameters.entries()) {
    const other = b.parameters[at] ?? Number.NaN
    if ((scalarsFrom >= 0 && at >= scalarsFrom) || Object.is(parameter, other)) continue
    const [place, moved] = [first.trace.placeOf(parameter), second.trace.placeOf(other)]
    if (place === undefined || place.block !== moved?.block || place.offset !== moved.offset)
      throw new NotRecordable(`parameter ${at} of ${a.kernel} changes from step to step`)
    pointers.push({ at, ...place })
  }
  return { job: { ...a, parameters: [...a.parameters] }, pointers, scalarsFrom }
}

/** @returns where the optimizer's numbers begin, -1 for other kernels */
function scalarsOf(a: Job, b: Job, first: Rehearsed, second: Rehearsed): number {
  const scalars = stepScalars(a.kernel)
  if (scalars === undefined) return -1
  const [ours, theirs] = [scalars(first.attributes), scalars(second.attributes)]
  const from = a.parameters.length - ours.length
  const known =
    ours.every((value, i) => Object.is(a.parameters[from + i], value)) &&
    theirs.every((value, i) => Object.is(b.parameters[from + i], value))
  if (!known) throw new NotRecordable(`${a.kernel} is told other numbers than the optimizer's`)
  return from
}

function writeMove(a: TracedWrite, b: TracedWrite, first: Rehearsed, second: Rehearsed): WriteMove {
  const [place, moved] = [first.trace.placeOf(a.address), second.trace.placeOf(b.address)]
  if (place === undefined || place.block !== moved?.block || place.offset !== 0 || moved.offset !== 0)
    throw new NotRecordable('JavaScript writes into other blocks each time')
  const drawn = a.draw !== undefined && b.draw !== undefined
  if (!drawn && !sameNumbers(a.values, b.values))
    throw new NotRecordable('JavaScript writes other numbers each time')
  return { into: place.block, values: a.values, draw: a.draw }
}

function lookMove(a: TracedLook, b: TracedLook, first: Rehearsed, second: Rehearsed): LookMove {
  const [place, moved] = [first.trace.placeOf(a.address), second.trace.placeOf(b.address)]
  const same = place !== undefined && place.block === moved?.block && place.offset === moved.offset
  if (!same || a.count !== b.count) throw new NotRecordable('JavaScript looks at other numbers each time')
  return { at: place.block, offset: place.offset, count: a.count, look: a.look }
}

function sameNumbers(a: Float32Array | Int32Array, b: Float32Array | Int32Array): boolean {
  const bytes = (values: Float32Array | Int32Array) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  return a.constructor === b.constructor && bytes(a).equals(bytes(b))
}

/** What a variable is given lies where its numbers lay, if nothing reads these afterwards. @returns blocks, by those that they become */
function inPlaceBlocks({ variables, given }: Rehearsed, moves: readonly PlainMove[]): Map<number, number> {
  const shared = new Map<number, number>()
  for (const [variable, made] of given) {
    const source = variables.get(variable)
    const maker = moves.find((move) => touches(move, made))
    if (source === undefined || maker === undefined || !('job' in maker)) continue
    const last = moves.findLast((move) => touches(move, source))
    if (last === maker && inPlace.has(maker.job.kernel)) shared.set(made, source)
  }
  return shared
}

const touches = (move: PlainMove, block: number): boolean => blocksOf(move).includes(block)

function renamed<M extends PlainMove>(move: M, names: ReadonlyMap<number, number>): M {
  if ('look' in move) return { ...move, at: names.get(move.at) ?? move.at }
  if (!('job' in move)) return { ...move, into: names.get(move.into) ?? move.into }
  const pointers = move.pointers.map((each) => ({ ...each, block: names.get(each.block) ?? each.block }))
  return { ...move, pointers }
}

/** Each block is taken for the first move that names it and given back after the last one, unless it is kept. */
function withLifetimes(
  moves: readonly (PlainMove | Chain)[],
  { trace }: Rehearsed,
  kept: ReadonlySet<number>,
): Move[] {
  const timed = moves.map((move): Move => ({ ...move, begins: [], ends: [] }))
  const [first, last] = [new Map<number, Move>(), new Map<number, Move>()]
  for (const move of timed) {
    for (const block of blocksOf(move)) {
      if (trace.blocks[block] === undefined) continue
      if (!first.has(block)) first.set(block, move)
      last.set(block, move)
    }
  }
  for (const [block, move] of first) move.begins.push(block)
  for (const [block, move] of last) if (!kept.has(block)) move.ends.push(block)
  return timed
}
