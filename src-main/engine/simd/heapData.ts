import { NotRecordable } from '../notRecordable.ts'
import type { Heap } from './heap.ts'

/** Truth values are whole numbers, 0 or 1. */
export type Numbers = 'float32' | 'int32' | 'bool'

/**
 * Numbers of a tensor in the shared memory, in the form in which the cpu backend keeps its own: what reads or writes
 * `values` there works on the memory itself.
 */
export class HeapData {
  readonly dtype: Numbers
  readonly length: number
  refCount: number
  readonly #heap: Heap
  #address: number
  #view: Float32Array | Int32Array | undefined

  constructor(heap: Heap, dtype: Numbers, length: number, refCount: number) {
    this.#heap = heap
    this.dtype = dtype
    this.length = length
    this.refCount = refCount
    this.#address = heap.allocate(length * 4)
  }

  get address(): number {
    return this.#address
  }

  /** @throws NotRecordable while a step is traced: what JavaScript reads or writes then would be missing from the record */
  get values(): Float32Array | Int32Array {
    const { address, length } = this
    if (this.#heap.tracing !== undefined) throw new NotRecordable('a kernel in JavaScript works on a tensor')
    this.#view ??=
      this.dtype === 'float32' ? this.#heap.floats(address, length) : this.#heap.integers(address, length)
    return this.#view
  }

  free(): void {
    this.#heap.free(this.#address)
  }

  /** Takes another block, which becomes its own, and gives back the one it had. */
  take(address: number): void {
    this.free()
    this.#address = address
    this.#view = undefined
  }
}
