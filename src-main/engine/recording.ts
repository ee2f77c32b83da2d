import type * as tf from './tf.ts'

/** Which step is under way, and the run's seed: together they key all that a step draws. */
export interface DrawKey {
  readonly step: number
  readonly seed: number
}

/** One training step, as a backend needs to know it to be able to repeat it without tfjs. */
export interface StepSource {
  /** Of a batch: what the step reads and others have made for it. Later steps bring tensors of the same shapes. */
  readonly inputs: readonly tf.Tensor[]
  /** All that the step may read or set besides. */
  readonly variables: () => readonly tf.Variable[]
  /**
   * The whole step, on tfjs's tape, for a trial: its numbers count for nothing, and what it did to the variables is undone.
   * Each trial has other settings and draws by another key.
   * @returns tensors whose numbers are the step's results
   */
  readonly rehearse: (trial: number) => tf.Tensor[]
  /** Attributes of the optimizer's kernel in that trial. */
  readonly attributes: (trial: number) => tf.NamedAttrMap
}

/** What changes from step to step. */
export interface StepChanges {
  /** In the places that those of the source had. */
  readonly inputs: readonly tf.Tensor[]
  readonly key: DrawKey
  /** Of the optimizer's kernel. */
  readonly attributes: tf.NamedAttrMap
}

/** The kernels of a step in their order, on blocks of memory that are taken and given back when each is due. */
export interface StepRecord {
  /** Whether the backend it was made with still is the current one, and all of its variables are there. */
  readonly holds: boolean
  /** Whether a step that is repeated says which kernels run, and how long. */
  readonly tellsKernels: boolean
  /** Computes a step and sets the variables. @returns its results, in the order in which the source gave them */
  replay(changes: StepChanges): Float32Array[] | Promise<Float32Array[]>
  /** Gives back what it keeps between steps. It no longer holds then. */
  dispose(): void
}

/** While a step is traced. */
interface Trace {
  /** Makes a variable that stays, although all that the step does is undone. */
  lasting(make: () => tf.Variable): tf.Variable
}

type Recorder = (source: StepSource) => StepRecord | undefined

const current: { recorder: Recorder | undefined; trace: Trace | undefined } = {
  recorder: undefined,
  trace: undefined,
}

/** To be called by a backend that can record steps. */
export function offerRecorder(recorder: Recorder): void {
  current.recorder = recorder
}

/** @returns undefined where the current backend cannot repeat the step: then every step takes tfjs's tape */
export function recordStep(source: StepSource): StepRecord | undefined {
  return current.recorder?.(source)
}

/** Does something while a step is traced. */
export function whileTracing<T>(trace: Trace, work: () => T): T {
  current.trace = trace
  try {
    return work()
  } finally {
    current.trace = undefined
  }
}

/** A variable that is made within a step and belongs to more than this one. */
export function lasting(make: () => tf.Variable): tf.Variable {
  return current.trace === undefined ? make() : current.trace.lasting(make)
}
