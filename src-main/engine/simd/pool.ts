import { Worker } from 'node:worker_threads'
import type { Heap, Job, Slices } from './heap.ts'
import {
  argumentSlots,
  closed,
  failureBytes,
  instantiate,
  jobShift,
  type Kernel,
  mostStages,
  type Stage,
  slot,
  slots,
  type WorkerData,
  workersMask,
  workOn,
} from './job.ts'

/** Looks at the others' work before the main thread sleeps. */
const looks = 20_000

/**
 * Runs kernels on the main thread and on worker threads beside it.
 *
 *   dispatch ─► job: kernel, parameters, items ─► chunks 0 1 2 3 4 ...   main thread takes 0, 2, 3 ...
 *                                                                        worker 1 takes 1, 4 ...
 *
 * The chunks do not depend on the number of threads, and no two chunks write the same place: so the result is the same,
 * bit for bit, however many threads there are and whichever takes a chunk.
 */
export class Pool {
  readonly threads: number
  /** Whether the calling thread computes alone for now; the bits are the same. */
  alone = false
  readonly #heap: Heap
  readonly #kernels = new Map<string, { place: number; run: Kernel }>()
  readonly #control = new Int32Array(new SharedArrayBuffer(slots * 4))
  readonly #parameters = new Float64Array(new SharedArrayBuffer(mostStages * argumentSlots * 8))
  readonly #failure = new Uint8Array(new SharedArrayBuffer(failureBytes))
  readonly #workers: Worker[] = []
  /** The error with which a worker thread has ended. */
  #lost: Error | undefined
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
    for (let thread = 1; thread < threads; thread++)
      this.#workers.push(this.#startWorker(module, names, thread))
  }

  #startWorker(module: WebAssembly.Module, names: readonly string[], thread: number): Worker {
    const workerData: WorkerData = {
      module,
      memory: this.#heap.memory,
      control: this.#control.buffer,
      parameters: this.#parameters.buffer,
      failure: this.#failure.buffer,
      names,
      thread,
    }
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData })
    // The process may end while workers wait for a job.
    worker.unref()
    worker.once('error', (error: Error) => {
      this.#lost ??= error
    })
    return worker
  }

  /**
   * Runs a kernel over `items`, `chunk` of them at a time, and returns when all are done.
   * @param scratchBytes of working memory for each thread · @param slices if its items are cut like the tensors they work on
   * @throws Error when the kernel fails, in whichever thread
   */
  dispatch(
    name: string,
    parameters: readonly number[],
    items: number,
    chunk: number,
    scratchBytes = 64,
    slices?: Slices,
  ): void {
    const kernel = this.#kernelOf(name)
    const { tracing } = this.#heap
    if (tracing !== undefined) {
      tracing.dispatch({ kernel: name, parameters, items, chunk, scratchBytes, slices })
      return
    }
    this.#refuseLostThread()
    if (items === 0) return
    this.#reserve(scratchBytes)
    if (items <= chunk || !this.#isShared) kernel.run(...parameters, this.#scratch, 0, items)
    else this.#share([{ ...kernel, parameters, items, chunk }], Math.ceil(items / chunk))
  }

  /**
   * Runs several kernels over the slices of the tensors that they have in common, `chunk` slices at a time: all of them over
   * a chunk before any over the next, so that what one wrote is still in the cache for another. Results are those of the
   * kernels one after the other.
   * @param jobs up to `mostStages`, whose items are cut like the slices · @throws Error when a kernel fails, in whichever thread
   */
  dispatchChain(jobs: readonly Job[], slices: number, chunk: number): void {
    this.#refuseLostThread()
    const stages = jobs.map(({ kernel, parameters, items }) => ({
      ...this.#kernelOf(kernel),
      parameters,
      items,
      chunk: (items * chunk) / slices,
    }))
    this.#reserve(Math.max(...jobs.map(({ scratchBytes }) => scratchBytes)))
    const chunks = Math.ceil(slices / chunk)
    if (this.#isShared) this.#share(stages, chunks)
    else
      for (let number = 0; number < chunks; number++) {
        for (const { run, parameters, items, chunk: own } of stages)
          run(...parameters, this.#scratch, number * own, Math.min(items, (number + 1) * own))
      }
  }

  get #isShared(): boolean {
    return this.threads > 1 && !this.alone
  }

  #kernelOf(name: string): { place: number; run: Kernel } {
    const kernel = this.#kernels.get(name)
    if (kernel === undefined) throw new Error(`there is no kernel ${name}`)
    return kernel
  }

  #refuseLostThread(): void {
    if (this.#lost !== undefined)
      throw new Error(`a worker thread has ended: ${this.#lost.message}`, { cause: this.#lost })
  }

  /** Ends the workers. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#scratchBytes) return
    if (this.#scratchBytes > 0) this.#heap.free(this.#scratch)
    this.#scratchBytes = Math.ceil(bytes / 4096) * 4096 + 64
    this.#scratch = this.#heap.allocate(this.#scratchBytes * this.threads)
  }

  #share(stages: readonly (Stage & { place: number })[], chunks: number): void {
    const control = this.#control
    for (const [at, { place, parameters, items, chunk }] of stages.entries()) {
      this.#parameters.set(parameters, at * argumentSlots)
      control.set([place, parameters.length, items, chunk], slot.firstStage + 4 * at)
    }
    control[slot.chunks] = chunks
    control[slot.stages] = stages.length
    control[slot.scratch] = this.#scratch
    control[slot.scratchBytes] = this.#scratchBytes
    Atomics.store(control, slot.next, 0)
    Atomics.store(control, slot.done, 0)
    Atomics.store(control, slot.failed, 0)
    this.#jobs = (this.#jobs + 1) & 0x3fffff
    Atomics.store(control, slot.gate, this.#jobs << jobShift)
    // Once for each time that they lie down: one that the system has not scheduled since needs no second call.
    if (Atomics.load(control, slot.sleepers) > 0 && Atomics.exchange(control, slot.sleepers, 0) > 0)
      Atomics.notify(control, slot.gate)
    try {
      workOn(control, stages, 0)
    } finally {
      const joined = Atomics.or(control, slot.gate, closed) & workersMask
      this.#await(joined)
    }
    this.#refuseFailure()
  }

  /** @throws Error with the message with which the kernel failed in a worker */
  #refuseFailure(): void {
    const failed = Atomics.load(this.#control, slot.failed)
    if (failed === 0) return
    const message = new TextDecoder().decode(this.#failure.slice(0, failed - 1))
    throw new Error(`a kernel failed in a worker thread: ${message}`)
  }

  /** @param joined how many workers take part in the job */
  #await(joined: number): void {
    for (let look = 0; ; look++) {
      const done = Atomics.load(this.#control, slot.done)
      if (done === joined) return
      if (look > looks) Atomics.wait(this.#control, slot.done, done)
    }
  }
}
