import { Worker } from 'node:worker_threads'
import type { Heap } from './heap.ts'
import {
  argumentSlots,
  closed,
  instantiate,
  jobShift,
  type Kernel,
  slot,
  slots,
  type WorkerData,
  workersMask,
  workOn,
} from './job.ts'

/** Looks at the others' work before the main thread sleeps. */
const looks = 20_000

/**
 * Runs kernels on the main thread and on workers beside it. A job's items are cut into chunks that do not depend on
 * the number of threads, and each chunk writes what no other does: so the result is the same, bit for bit, whoever
 * does which and however many there are.
 */
export class Pool {
  readonly threads: number
  readonly #heap: Heap
  readonly #kernels = new Map<string, { place: number; run: Kernel }>()
  readonly #control = new Int32Array(new SharedArrayBuffer(slots * 4))
  readonly #parameters = new Float64Array(new SharedArrayBuffer(argumentSlots * 8))
  readonly #workers: Worker[] = []
  #jobs = 0
  #scratch = 0
  #scratchBytes = 0

  constructor(module: WebAssembly.Module, heap: Heap, threads: number) {
    this.#heap = heap
    this.threads = threads
    const names = WebAssembly.Module.exports(module).flatMap(({ name, kind }) =>
      kind === 'function' ? [name] : [],
    )
    for (const [place, run] of instantiate(module, heap.memory, names).entries()) {
      this.#kernels.set(names[place] ?? '', { place, run })
    }
    Atomics.store(this.#control, slot.gate, closed)
    for (let thread = 1; thread < threads; thread++) this.#workers.push(this.#hire(module, names, thread))
  }

  #hire(module: WebAssembly.Module, names: readonly string[], thread: number): Worker {
    const workerData: WorkerData = {
      module,
      memory: this.#heap.memory,
      control: this.#control.buffer,
      parameters: this.#parameters.buffer,
      names,
      thread,
    }
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData })
    // The process may end while they wait for work.
    worker.unref()
    return worker
  }

  /** @param items what the kernel is to do, `chunk` of them at a time · @param scratchBytes of memory of each thread's own */
  run(name: string, parameters: readonly number[], items: number, chunk: number, scratchBytes = 64): void {
    const kernel = this.#kernels.get(name)
    if (kernel === undefined) throw new Error(`there is no kernel ${name}`)
    if (items === 0) return
    this.#reserve(scratchBytes)
    if (items <= chunk || this.threads === 1) kernel.run(...parameters, this.#scratch, 0, items)
    else this.#share(kernel, parameters, items, chunk)
  }

  /** Ends the workers. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#scratchBytes) return
    if (this.#scratchBytes > 0) this.#heap.give(this.#scratch, this.#scratchBytes * this.threads)
    this.#scratchBytes = Math.ceil(bytes / 4096) * 4096 + 64
    this.#scratch = this.#heap.take(this.#scratchBytes * this.threads)
  }

  #share(
    kernel: { place: number; run: Kernel },
    parameters: readonly number[],
    items: number,
    chunk: number,
  ): void {
    const control = this.#control
    this.#parameters.set(parameters)
    control[slot.kernel] = kernel.place
    control[slot.argumentCount] = parameters.length
    control[slot.items] = items
    control[slot.chunk] = chunk
    control[slot.scratch] = this.#scratch
    control[slot.scratchBytes] = this.#scratchBytes
    Atomics.store(control, slot.next, 0)
    Atomics.store(control, slot.done, 0)
    this.#jobs = (this.#jobs + 1) & 0x3fffff
    Atomics.store(control, slot.gate, this.#jobs << jobShift)
    if (Atomics.load(control, slot.sleepers) > 0) Atomics.notify(control, slot.gate)
    try {
      workOn(control, kernel.run, parameters, 0)
    } finally {
      const came = Atomics.or(control, slot.gate, closed) & workersMask
      this.#await(came)
    }
    if (Atomics.exchange(control, slot.failed, 0) !== 0) throw new Error('a kernel failed in a worker thread')
  }

  #await(came: number): void {
    for (let look = 0; ; look++) {
      const done = Atomics.load(this.#control, slot.done)
      if (done === came) return
      if (look > looks) Atomics.wait(this.#control, slot.done, done)
    }
  }
}
