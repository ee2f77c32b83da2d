import { NotRecordable } from '../notRecordable.ts'
import { sameOuterBlocks } from '../rehearsal.ts'
import type * as tf from '../tf.ts'
import type { Rehearsed } from './rehearsal.ts'
import type { Dispatch, Draw, StepNumbers, TracedBlock, Words } from './trace.ts'

export interface Plan {
  readonly dispatches: readonly Dispatch[]
  /** Bytes of each block. */
  readonly bytes: readonly number[]
  /** Which blocks lie in one buffer, one after the other: its number, by block. Others have a buffer of their own. */
  readonly shared: ReadonlyMap<number, number>
  /** Bytes of these buffers. */
  readonly buffers: readonly number[]
  /** Numbers that are the same in each step. */
  readonly constants: ReadonlyMap<number, Words>
  readonly draws: ReadonlyMap<number, Draw>
  /** Blocks of the inputs; undefined for one that the step does not read. */
  readonly inputs: readonly (number | undefined)[]
  readonly variables: readonly PlannedVariable[]
  readonly results: readonly number[]
}

export interface PlannedVariable {
  readonly variable: tf.Variable
  readonly before: number
  /** The block that becomes the variable's own; undefined for one that the step does not set. */
  readonly after: number | undefined
}

/**
 * The step as a list, from two trials that differ in all that may differ between steps.
 * @throws NotRecordable where they differ in anything but the optimizer's numbers and what is drawn by the step's key
 */
export function planOf(first: Rehearsed, second: Rehearsed): Plan {
  const { dispatches, blocks } = first.trace
  const others = second.trace
  if (!sameOuterBlocks(first, second) || blocks.length !== others.blocks.length)
    throw new NotRecordable('the step asks for other tensors each time')
  if (dispatches.length !== others.dispatches.length)
    throw new NotRecordable('the step runs other programs each time')
  const constants = new Map<number, Words>()
  const draws = new Map<number, Draw>()
  for (const [number, block] of blocks.entries()) {
    checkBlock(block, others.blocks[number])
    if (block.draw !== undefined) draws.set(number, block.draw)
    else if (block.values !== undefined) constants.set(number, block.values)
  }
  for (const [at, dispatch] of dispatches.entries())
    checkDispatch(dispatch, others.dispatches[at], first.attributes, second.attributes)
  const bytes = blocks.map((block) => block.bytes)
  const variables = plannedVariables(first, bytes)
  const { inputs, results } = first
  const kept = new Set([...results, ...variables.flatMap(({ after }) => after ?? [])])
  const passing = new Set(
    blocks.flatMap(({ made, values }, block) =>
      made && values === undefined && !kept.has(block) ? block : [],
    ),
  )
  return {
    dispatches,
    bytes,
    ...inBuffers(dispatches, bytes, passing),
    constants,
    draws,
    inputs,
    variables,
    results,
  }
}

function checkBlock(a: TracedBlock, b: TracedBlock | undefined): void {
  const drawn = a.draw !== undefined && b?.draw !== undefined
  const same = a.bytes === b?.bytes && a.made === b.made && (drawn || sameWords(a.values, b.values))
  if (!same) throw new NotRecordable('JavaScript writes other numbers each time')
}

function checkDispatch(
  a: Dispatch,
  b: Dispatch | undefined,
  own: tf.NamedAttrMap,
  other: tf.NamedAttrMap,
): void {
  const same =
    a.pipeline === b?.pipeline && a.groups.join() === b.groups.join() && a.blocks.join() === b.blocks.join()
  if (!same) throw new NotRecordable('the step runs other programs each time')
  if (!hasNumbers(a, own) || !hasNumbers(b, other))
    throw new NotRecordable('a program is told other numbers than the optimizer’s')
  const settings = Uint8Array.from(b.settings)
  writeNumbers(a, own, settings)
  if (!sameWords(a.settings, settings)) throw new NotRecordable('a program is told other numbers each time')
}

/** Whether its settings have the optimizer's numbers where it says that they do. */
function hasNumbers(dispatch: Dispatch, attributes: tf.NamedAttrMap): boolean {
  const expected = Uint8Array.from(dispatch.settings)
  writeNumbers(dispatch, attributes, expected)
  return sameWords(expected, dispatch.settings)
}

function writeNumbers(
  { numbers }: Dispatch,
  attributes: tf.NamedAttrMap,
  settings: Uint8Array<ArrayBuffer>,
): void {
  if (numbers === undefined) return
  settings.set(numberBytes(numbers, attributes), numbers.at)
}

/** What the optimizer's numbers for a step are in the settings of a dispatch. */
export const numberBytes = ({ of }: StepNumbers, attributes: tf.NamedAttrMap): Uint8Array =>
  new Uint8Array(Float32Array.from(Object.values(of(attributes))).buffer)

function sameWords(a: Words | Uint8Array | undefined, b: Words | Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  const bytes = ({ buffer, byteOffset, byteLength }: Words | Uint8Array) =>
    Buffer.from(buffer, byteOffset, byteLength)
  return bytes(a).equals(bytes(b))
}

/** One that is set and not read has a block of its own that no dispatch names. @param bytes gets the blocks that are added */
function plannedVariables({ variables, given }: Rehearsed, bytes: number[]): PlannedVariable[] {
  return [...new Set([...variables.keys(), ...given.keys()])].map((variable) => {
    const after = given.get(variable)
    const before = variables.get(variable) ?? bytes.push(bytes[after ?? 0] ?? 0) - 1
    return { variable, before, after }
  })
}

/**
 * Gives each passing block a buffer that no other block needs between its first dispatch and its last: the smallest of
 * those that are free and large enough, or a new one.
 */
function inBuffers(
  dispatches: readonly Dispatch[],
  bytes: readonly number[],
  passing: ReadonlySet<number>,
): Pick<Plan, 'shared' | 'buffers'> {
  const last = new Map<number, Dispatch>()
  for (const dispatch of dispatches) for (const block of dispatch.blocks) last.set(block, dispatch)
  const shared = new Map<number, number>()
  const buffers: number[] = []
  const free = new Set<number>()
  for (const dispatch of dispatches) {
    const met = new Set(dispatch.blocks.filter((block) => passing.has(block)))
    for (const block of met) {
      if (shared.has(block)) continue
      const buffer = smallest(free, buffers, bytes[block] ?? 0) ?? buffers.push(bytes[block] ?? 0) - 1
      free.delete(buffer)
      shared.set(block, buffer)
    }
    for (const block of met) {
      const buffer = shared.get(block)
      if (last.get(block) === dispatch && buffer !== undefined) free.add(buffer)
    }
  }
  return { shared, buffers }
}

function smallest(free: ReadonlySet<number>, buffers: readonly number[], size: number): number | undefined {
  let best: number | undefined
  for (const buffer of free) {
    const own = buffers[buffer] ?? 0
    if (own >= size && own < (best === undefined ? Number.POSITIVE_INFINITY : (buffers[best] ?? 0)))
      best = buffer
  }
  return best
}
