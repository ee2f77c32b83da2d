import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import type { DrawKey } from '../recording.ts'
import type * as tf from '../tf.ts'
import { type Heap, realAddress } from './heap.ts'
import { HeapData, type Numbers } from './heapData.ts'
import type { KernelBuild } from './module.ts'
import type { Pool } from './pool.ts'
import type { Look, Trace } from './trace.ts'

type Values = tf.backend_util.BackendValues

/**
 * tfjs's cpu backend with its tensors in the memory of our kernels. Every kernel that is not ours is the cpu backend's
 * and works on the same memory through views of it.
 */
export class SimdBackend extends MathBackendCPU {
  readonly heap: Heap
  readonly pool: Pool
  readonly build: KernelBuild
  #trace: Trace | undefined

  constructor(heap: Heap, pool: Pool, build: KernelBuild) {
    super()
    this.heap = heap
    this.pool = pool
    this.build = build
  }

  /** Whether its kernels are those for vectors of eight numbers. */
  get wide(): boolean {
    return this.build === 'wide'
  }

  override write(values: Values, shape: number[], dtype: tf.DataType): object {
    const dataId = super.write(values, shape, dtype)
    this.move(dataId, values, shape, dtype, 1)
    return dataId
  }

  /** Numbers are copied: what the caller does with his array, or what becomes of a view of our memory, is no matter. */
  override move(dataId: object, values: Values, shape: number[], dtype: tf.DataType, refCount: number): void {
    const stored = this.#store(values, dtype, refCount)
    if (stored !== undefined) this.data.set(dataId, stored)
    else super.move(dataId, ownCopy(values), shape, dtype, refCount)
  }

  #store(values: Values, dtype: tf.DataType, refCount: number): HeapData | undefined {
    const kept = dtype === 'float32' || dtype === 'int32' || dtype === 'bool'
    if (!kept || !ArrayBuffer.isView(values)) return undefined
    const stored = new HeapData(this.heap, dtype, values.length, refCount)
    if (this.#trace === undefined) stored.values.set(values)
    else
      this.#trace.write(
        stored.address,
        dtype === 'float32' ? Float32Array.from(values) : Int32Array.from(values),
      )
    return stored
  }

  /** A tensor whose numbers a kernel is about to write. */
  make(shape: number[], dtype: Numbers = 'float32'): tf.TensorInfo {
    const dataId = super.write(new Uint8Array(), shape, 'bool')
    const size = shape.reduce((a, b) => a * b, 1)
    this.data.set(dataId, new HeapData(this.heap, dtype, size, 1))
    return { dataId, shape, dtype }
  }

  /** Where the tensor's numbers lie. @throws Error when they are of another kind */
  address({ dataId, dtype }: tf.TensorInfo, expected: Numbers = 'float32'): number {
    const stored = this.data.get(dataId)
    if (stored instanceof HeapData && stored.dtype === expected)
      return this.#trace === undefined ? realAddress(stored.address) : this.#trace.addressOf(stored)
    throw new Error(`a kernel of the simd backend needs ${expected}, not ${dtype}`)
  }

  /** Writes whole numbers that depend on the key of the step alone, and are drawn anew in each. */
  draw(address: number, key: DrawKey, draw: (key: DrawKey) => Int32Array): void {
    const trace = this.#trace
    const numbers = draw(key)
    if (trace === undefined) this.heap.integers(address, numbers.length).set(numbers)
    else trace.drawing(draw, () => trace.write(address, numbers))
  }

  /** Lets JavaScript look at whole numbers that are there now, in each step anew. */
  look(address: number, count: number, look: Look): void {
    if (this.#trace === undefined) look(this.heap.integers(address, count))
    else this.#trace.look(address, count, look)
  }

  /** Runs one of tfjs's kernels; what it asks for in a trace is known to be its. */
  calling<T>(kernel: string, run: () => T): T {
    return this.#trace === undefined ? run() : this.#trace.calling(kernel, run)
  }

  /** The tensor's numbers. @returns undefined where they are not in the shared memory */
  stored({ dataId }: tf.TensorInfo): HeapData | undefined {
    const stored = this.data.get(dataId)
    return stored instanceof HeapData ? stored : undefined
  }

  /** Until `undefined` is set, tensors are made and kernels are called in the trace only. */
  set trace(trace: Trace | undefined) {
    this.#trace = trace
    this.heap.tracing = trace
  }

  override readSync(dataId: object): Values {
    const stored = this.data.get(dataId)
    // A view would change under its reader once the tensor is disposed and its memory used again.
    if (!(stored instanceof HeapData)) return super.readSync(dataId)
    return stored.dtype === 'bool' ? Uint8Array.from(stored.values) : stored.values.slice()
  }

  override disposeData(dataId: object, force = false): boolean {
    const stored = this.data.has(dataId) ? this.data.get(dataId) : undefined
    const gone = super.disposeData(dataId, force)
    if (stored instanceof HeapData && gone) stored.free()
    return gone
  }

  override memory() {
    return { unreliable: false, reasons: [] }
  }
}

/** Values of other kinds stay in JavaScript's memory, and never as a view of ours. */
function ownCopy(values: Values): Values {
  if (!ArrayBuffer.isView(values)) return values
  return values.buffer instanceof SharedArrayBuffer ? values.slice() : values
}
