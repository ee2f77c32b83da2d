import type { DrawKey } from '../recording.ts'
import { firstTracedAddress, type Job, type Tracing } from './heap.ts'
import type { HeapData } from './heapData.ts'

/** Addresses from one traced block to the next: kernels may be told places before a block's begin or far behind its end. */
const span = firstTracedAddress
const middle = span / 2

export type Draw = (key: DrawKey) => Float32Array | Int32Array

/** Numbers that JavaScript wrote into a block. */
export interface TracedWrite {
  readonly address: number
  readonly values: Float32Array | Int32Array
  /** Where another step has others. */
  readonly draw: Draw | undefined
}

/** What JavaScript does with numbers that a step has made: it may throw, and changes nothing. */
export type Look = (numbers: Int32Array) => void

/** Numbers that JavaScript looks at. */
export interface TracedLook {
  readonly address: number
  readonly count: number
  readonly look: Look
}

/** A call of one of tfjs's kernels, which may be several of ours. */
export interface Call {
  readonly kernel: string
}

export type Operation =
  | { readonly job: Job; readonly call: Call }
  | { readonly write: TracedWrite }
  | { readonly looked: TracedLook }

/** Where a parameter points: so many bytes from the beginning of a block. */
export interface Place {
  readonly block: number
  readonly offset: number
}

/**
 * What a step asks of kernels and memory, while neither is there: a block is nothing but a number, kernels do not run. So
 * a step costs no more than tfjs's own time, and the numbers of its tensors cannot have had a say in it.
 */
export class Trace implements Tracing {
  readonly operations: Operation[] = []
  /** Bytes of each block, by its number; undefined for one that was there before the step. */
  readonly blocks: (number | undefined)[] = []
  /** Numbers of the blocks that were there before. */
  readonly outer = new Map<HeapData, number>()
  readonly #first: number
  readonly #live = new Set<number>()
  #draw: Draw | undefined
  #call: Call = { kernel: 'no kernel of tfjs' }

  /** @param first what its first block is called: in two traces of a step addresses differ by it, and all else is equal */
  constructor(first: number) {
    this.#first = first
  }

  /** Blocks made in the trace that no tensor and no kernel has given back. */
  get live(): number {
    return this.#live.size
  }

  allocate(bytes: number): number {
    const address = this.#name(bytes)
    this.#live.add(address)
    return address
  }

  /** @throws Error for what is no block of the trace, or was given back before */
  free(address: number): void {
    if (!this.#live.delete(address)) throw new Error('a traced step gave back a block that it does not have')
  }

  dispatch(job: Job): void {
    if (job.items === 0) return
    this.operations.push({ job: { ...job, parameters: [...job.parameters] }, call: this.#call })
  }

  calling<T>(kernel: string, run: () => T): T {
    const outer = this.#call
    this.#call = { kernel }
    try {
      return run()
    } finally {
      this.#call = outer
    }
  }

  /** @param values the trace's own from now on */
  write(address: number, values: Float32Array | Int32Array): void {
    this.operations.push({ write: { address, values, draw: this.#draw } })
  }

  look(address: number, count: number, look: Look): void {
    this.operations.push({ looked: { address, count, look } })
  }

  /** What is written within is drawn anew in each step. */
  drawing<T>(draw: Draw, write: () => T): T {
    this.#draw = draw
    try {
      return write()
    } finally {
      this.#draw = undefined
    }
  }

  addressOf(data: HeapData): number {
    if (data.address >= firstTracedAddress) return data.address
    const known = this.outer.get(data)
    if (known !== undefined) return this.#address(known)
    this.outer.set(data, this.blocks.length)
    return this.#name(undefined)
  }

  /** @returns undefined for what is no address of this trace */
  placeOf(parameter: number): Place | undefined {
    const block = Math.floor(parameter / span) - this.#first
    if (!(block >= 0 && block < this.blocks.length)) return undefined
    return { block, offset: parameter - this.#address(block) }
  }

  #name(bytes: number | undefined): number {
    this.blocks.push(bytes)
    return this.#address(this.blocks.length - 1)
  }

  #address(block: number): number {
    return (this.#first + block) * span + middle
  }
}
