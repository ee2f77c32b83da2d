import { workerData } from 'node:worker_threads'
import {
  argumentSlots,
  closed,
  failureBytes,
  instantiate,
  jobShift,
  type Stage,
  slot,
  type WorkerData,
  workOn,
} from './job.ts'

/**
 * Looks at the gate before a worker lies down, some 60 µs: about as long as tfjs takes between two kernels, or a repeated
 * step with what is too small to share. Looking longer gains little, and where others compute too it takes their time.
 */
const looks = 8000

const { module, memory, control: shared, parameters: given, failure, names, thread }: WorkerData = workerData
const control = new Int32Array(shared)
const parameters = new Float64Array(given)
const kernels = instantiate(module, memory, names)
// The heap may have grown while this thread began: V8 tells of growth the threads that already hold the memory, and a thread
// with an older size takes what lies beyond it for out of bounds. Growing by nothing brings the size up to date.
memory.grow(0)

let last = -1
for (;;) {
  const gate = Atomics.load(control, slot.gate)
  const job = gate >>> jobShift
  if ((gate & closed) !== 0 || job === last) waitFor(gate)
  else if (Atomics.compareExchange(control, slot.gate, gate, gate + 1) === gate) {
    last = job
    takePart()
  }
}

/** Leaves the message of the first failure for the main thread. */
function report(error: unknown): void {
  if (Atomics.compareExchange(control, slot.failed, 0, -1) !== 0) return
  const message = new TextEncoder().encode(error instanceof Error ? error.message : String(error))
  const kept = message.subarray(0, failureBytes)
  new Uint8Array(failure).set(kept)
  Atomics.store(control, slot.failed, kept.length + 1)
}

function waitFor(gate: number): void {
  for (let look = 0; look < looks; look++) if (Atomics.load(control, slot.gate) !== gate) return
  Atomics.add(control, slot.sleepers, 1)
  Atomics.wait(control, slot.gate, gate)
}

function stageOf(_: unknown, place: number): Stage {
  const [kernel = -1, count = 0, items = 0, chunk = 1] = control.subarray(slot.firstStage + 4 * place)
  const run = kernels[kernel]
  if (run === undefined) throw new Error('the job names no kernel')
  const first = place * argumentSlots
  return { run, parameters: [...parameters.subarray(first, first + count)], items, chunk }
}

function takePart(): void {
  try {
    workOn(control, Array.from({ length: control[slot.stages] ?? 0 }, stageOf), thread)
  } catch (error) {
    report(error)
  }
  Atomics.add(control, slot.done, 1)
  Atomics.notify(control, slot.done)
}
