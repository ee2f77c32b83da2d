/*
 * What the threads of the pool share besides the memory of the tensors. One job at a time: the main thread fills in its
 * fields and opens the gate; whoever comes through takes chunks of its items until none is left. A worker that the
 * system has not scheduled yet finds the gate closed and has missed nothing: nobody waits for it.
 *
 * The gate is one number: the job's count above, a closed bit, and below how many workers came through.
 */
export const slot = {
  gate: 0,
  /** Workers that came through and have done their part. */
  done: 16,
  /** The next chunk to take. */
  next: 32,
  /** Workers that have lain down at the gate since they were last called. */
  sleepers: 48,
  chunks: 64,
  stages: 65,
  scratch: 66,
  scratchBytes: 67,
  /** Bytes of the message with which a kernel failed in a worker, and one more; -1 while the message is written. */
  failed: 68,
  /** From here on four numbers for each stage: its kernel, how many parameters, how many items, and how many of them in a chunk. */
  firstStage: 80,
} as const
export const mostStages = 12
export const slots = slot.firstStage + 4 * mostStages
/** Of each stage. */
export const argumentSlots = 32
/** Bytes kept of the message of a failure. */
export const failureBytes = 512

export const closed = 1 << 8
export const jobShift = 9
export const workersMask = closed - 1

export type Kernel = (...parameters: number[]) => void

export interface WorkerData {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly control: SharedArrayBuffer
  readonly parameters: SharedArrayBuffer
  /** The message of a failure, in UTF-8. */
  readonly failure: SharedArrayBuffer
  /** Names of the kernels; a job names one by its place. */
  readonly names: readonly string[]
  /** 1 and up: 0 is the main thread. */
  readonly thread: number
}

/** The module's kernels for one thread, in the order of `names`. */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  names: readonly string[],
): Kernel[] {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  return names.map((name) => {
    const kernel = exports[name]
    if (typeof kernel !== 'function') throw new Error(`the module has no kernel ${name}`)
    return (...parameters) => void Reflect.apply(kernel, undefined, parameters)
  })
}

/** A kernel of a job. Where there are several, a chunk's items of the first are done before its items of the second. */
export interface Stage {
  readonly run: Kernel
  readonly parameters: readonly number[]
  readonly items: number
  /** Items at a time. */
  readonly chunk: number
}

/** Takes chunks of the job until none is left. */
export function workOn(control: Int32Array, stages: readonly Stage[], thread: number): void {
  const chunks = control[slot.chunks] ?? 0
  const scratch = ((control[slot.scratch] ?? 0) >>> 0) + thread * (control[slot.scratchBytes] ?? 0)
  for (;;) {
    const number = Atomics.add(control, slot.next, 1)
    if (number >= chunks) return
    for (const { run, parameters, items, chunk } of stages) {
      run(...parameters, scratch, number * chunk, Math.min(items, (number + 1) * chunk))
    }
  }
}
