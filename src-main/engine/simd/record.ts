import { stepScalars } from '../fusedAttrs.ts'
import { areKernelsTimed, timeRepeated, untimed } from '../kernelTimes.ts'
import {
  type DrawKey,
  offerRecorder,
  type StepChanges,
  type StepRecord,
  type StepSource,
} from '../recording.ts'
import * as tf from '../tf.ts'
import { SimdBackend } from './backend.ts'
import type { JobMove, Move } from './moves.ts'
import { type Plan, planOf } from './plan.ts'
import { rehearse } from './rehearsal.ts'
import { Sharing } from './sharing.ts'
import type { Call } from './trace.ts'

export function registerRecorder(): void {
  offerRecorder(recordOnSimd)
}

export function recordOnSimd(source: StepSource): StepRecord | undefined {
  const backend = tf.backend()
  if (!(backend instanceof SimdBackend)) return undefined
  try {
    return untimed(
      () => new Recorded(backend, planOf(rehearse(backend, source, 0), rehearse(backend, source, 1))),
    )
  } catch {
    // Whatever it is that cannot be traced: the tape does it, or fails with its own words.
    return undefined
  }
}

class Recorded implements StepRecord {
  readonly tellsKernels = true
  readonly #backend: SimdBackend
  readonly #plan: Plan
  /** Those that the step reads or sets. */
  readonly #variables: readonly tf.Variable[]
  /** The address of each block, while it has one. */
  readonly #addresses: number[] = []
  /** Calls of the step under way whose times are taken. */
  readonly #timed = new Set<Call>()
  readonly #sharing = new Sharing()

  constructor(backend: SimdBackend, plan: Plan) {
    this.#backend = backend
    this.#plan = plan
    this.#variables = [...new Set([...plan.variables.keys(), ...plan.given.keys()])]
  }

  get holds(): boolean {
    return tf.backend() === this.#backend && this.#variables.every(({ isDisposed }) => !isDisposed)
  }

  replay(changes: StepChanges): Float32Array[] {
    const { pool } = this.#backend
    if (pool.threads === 1 || areKernelsTimed()) return this.#repeat(changes)
    const begun = performance.now()
    pool.alone = this.#sharing.isAlone
    try {
      return this.#repeat(changes)
    } finally {
      pool.alone = false
      this.#sharing.note(performance.now() - begun)
    }
  }

  #repeat({ inputs, key, attributes }: StepChanges): Float32Array[] {
    const { heap } = this.#backend
    const { moves, blocks, results, given } = this.#plan
    this.#findOuterBlocks(inputs)
    this.#timed.clear()
    const taken = new Set<number>()
    const scalars = new Map<string, number[]>()
    try {
      for (const move of moves) {
        for (const block of move.begins) {
          this.#addresses[block] = heap.allocate(blocks[block] ?? 0)
          taken.add(block)
        }
        this.#make(move, key, attributes, scalars)
        for (const block of move.ends) {
          heap.free(this.#addressOf(block))
          taken.delete(block)
        }
      }
      const values = results.map((block) => this.#read(block))
      for (const [variable, block] of given) {
        this.#dataOf(variable).take(this.#addressOf(block))
        taken.delete(block)
      }
      return values
    } finally {
      for (const block of taken) heap.free(this.#addressOf(block))
    }
  }

  /** Nothing is kept between steps. */
  dispose(): void {}

  #findOuterBlocks(inputs: readonly tf.Tensor[]): void {
    const { inputs: places, variables } = this.#plan
    for (const [place, block] of places.entries()) {
      const input = inputs[place]
      if (block !== undefined && input !== undefined) this.#addresses[block] = this.#dataOf(input).address
    }
    // Their numbers are about to change: who shares them keeps the old ones.
    for (const variable of this.#variables) if (this.#dataOf(variable).refCount > 1) separate(variable)
    for (const [variable, block] of variables) this.#addresses[block] = this.#dataOf(variable).address
  }

  #make(move: Move, key: DrawKey, attributes: tf.NamedAttrMap, known: Map<string, number[]>): void {
    if ('into' in move) {
      this.#write(this.#addressOf(move.into), move.draw?.(key) ?? move.values)
      return
    }
    if ('look' in move) {
      move.look(this.#backend.heap.integers(this.#addressOf(move.at) + move.offset, move.count))
      return
    }
    if (!('stages' in move)) {
      this.#address(move, attributes, known)
      this.#dispatch(move)
      return
    }
    const { stages, slices, chunk } = move
    for (const stage of stages) this.#address(stage, attributes, known)
    // Of kernels that take turns nobody could tell the times: they go one after the other.
    if (areKernelsTimed()) for (const stage of stages) this.#dispatch(stage)
    else {
      const jobs = stages.map(({ job }) => job)
      this.#backend.pool.dispatchChain(jobs, slices, chunk)
    }
  }

  #dispatch({ job, call }: JobMove): void {
    const { kernel, parameters, items, chunk, scratchBytes } = job
    const run = () => this.#backend.pool.dispatch(kernel, parameters, items, chunk, scratchBytes)
    if (!areKernelsTimed()) {
      run()
      return
    }
    timeRepeated(call.kernel, this.#timed.has(call) ? 0 : 1, run)
    this.#timed.add(call)
  }

  /** Sets what is told the kernel in this step. */
  #address(
    { job, pointers, scalarsFrom }: JobMove,
    attributes: tf.NamedAttrMap,
    known: Map<string, number[]>,
  ): void {
    const { kernel, parameters } = job
    for (const { at, block, offset } of pointers) parameters[at] = this.#addressOf(block) + offset
    if (scalarsFrom < 0) return
    const scalars = known.get(kernel) ?? stepScalars(kernel)?.(attributes) ?? []
    known.set(kernel, scalars)
    for (const [i, scalar] of scalars.entries()) parameters[scalarsFrom + i] = scalar
  }

  #write(address: number, values: Float32Array | Int32Array): void {
    const { heap } = this.#backend
    if (values instanceof Float32Array) heap.floats(address, values.length).set(values)
    else heap.integers(address, values.length).set(values)
  }

  #read(block: number): Float32Array {
    const length = (this.#plan.blocks[block] ?? 0) / 4
    return this.#backend.heap.floats(this.#addressOf(block), length).slice()
  }

  /** @throws Error where the plan names a block that has no memory */
  #addressOf(block: number): number {
    const address = this.#addresses[block]
    if (address === undefined) throw new Error(`block ${block} of a recorded step has no memory`)
    return address
  }

  /** @throws Error for a tensor outside the shared memory */
  #dataOf(tensor: tf.Tensor) {
    const data = this.#backend.stored(tensor)
    if (data === undefined) throw new Error('a recorded step was given a tensor of another kind')
    return data
  }
}

/** Gives the variable a copy of its numbers. */
function separate(variable: tf.Variable): void {
  const copy = tf.tensor(variable.dataSync(), variable.shape, variable.dtype)
  variable.assign(copy)
  copy.dispose()
}
