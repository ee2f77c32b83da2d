import { NotRecordable } from '../notRecordable.ts'
import type { DrawKey } from '../recording.ts'
import type * as tf from '../tf.ts'

export type Words = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>
export type Draw = (key: DrawKey) => Words

/** Numbers among a kernel's settings that the optimizer gives anew for each step, all in a row. */
export interface StepNumbers {
  /** Bytes before them. */
  readonly at: number
  readonly of: (attributes: tf.NamedAttrMap) => Readonly<Record<string, number>>
}

export interface Dispatch {
  readonly pipeline: GPUComputePipeline
  readonly groups: readonly [number, number, number]
  /** Of its bindings, in their order. The settings are the binding behind them. */
  readonly blocks: readonly number[]
  readonly settings: Uint8Array<ArrayBuffer>
  readonly numbers: StepNumbers | undefined
}

export interface TracedBlock {
  readonly bytes: number
  /** Whether the step has made it. */
  readonly made: boolean
  /** What JavaScript wrote into it, and how where another step has others. */
  readonly values: Words | undefined
  readonly draw: Draw | undefined
}

/** What a step asks of the GPU while it is computed: each tensor's buffer is a block, whatever buffer it has. */
export class Trace {
  readonly dispatches: Dispatch[] = []
  readonly blocks: TracedBlock[] = []
  readonly #numbers = new Map<object, number>()
  readonly #made = new Map<object, { values: Words | undefined; draw: Draw | undefined }>()

  /** Blocks that were there before the step. */
  get outer(): number {
    return this.blocks.filter(({ made }) => !made).length
  }

  /** A tensor of the step, with the numbers that JavaScript gave it. */
  making(dataId: object, values: Words | undefined): void {
    this.#made.set(dataId, { values, draw: undefined })
  }

  /** The tensor's numbers are drawn anew in each step. */
  drawing(dataId: object, draw: Draw): void {
    const made = this.#made.get(dataId)
    if (made !== undefined) made.draw = draw
  }

  /** @returns undefined for a tensor that no kernel has met */
  known(dataId: object): number | undefined {
    return this.#numbers.get(dataId)
  }

  /** @param bytes of its buffer */
  blockOf(dataId: object, bytes: number): number {
    const known = this.#numbers.get(dataId)
    if (known !== undefined) return known
    const made = this.#made.get(dataId)
    this.#numbers.set(dataId, this.blocks.length)
    return this.blocks.push({ bytes, made: made !== undefined, values: made?.values, draw: made?.draw }) - 1
  }

  /** @throws NotRecordable for numbers that JavaScript wrote: nothing of a step may lie over them */
  dispatch(dispatch: Dispatch): void {
    const [first] = dispatch.blocks
    const written = first === undefined ? undefined : this.blocks[first]
    if (written?.made !== true || written.values !== undefined)
      throw new NotRecordable('a kernel of the step writes over a tensor that it did not make')
    this.dispatches.push(dispatch)
  }
}
