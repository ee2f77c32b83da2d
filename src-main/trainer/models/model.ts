import type { ModelSpec } from '../../../shared/run/spec.ts'
import type * as tf from '../../engine/tf.ts'

/** What one example is and how many classes there are. */
export interface ModelInput {
  /** Shape of one example, without the batch: [height, width, channels] for images, [features] for tables. */
  readonly shape: readonly number[]
  readonly classes: number
}

export interface ForwardMode {
  /** true: batch statistics in batch normalisation, dropout on. */
  readonly training: boolean
  /** The step under way, counted from 0, and the run's seed: together they key the dropout masks. */
  readonly step: number
  readonly seed: number
  /**
   * Share of the batch's statistics that the moving statistics take in while training; 0.1 when absent. 0 leaves
   * them as they are (a probe), and 1/n for the n-th of several batches gives their plain mean, which is how
   * statistics are recomputed for averaged weights.
   */
  readonly statisticsRate?: number
}

export interface LayerInfo {
  readonly name: string
  /** Without the batch. */
  readonly outputShape: readonly number[]
  /** Trained numbers in it; moving statistics are not counted. */
  readonly parameters: number
}

/**
 * A network with its own weights. Names of tf variables are unique in a process, so only one model of a kind may
 * be alive at a time; dispose it before building the next.
 */
export interface Model {
  readonly kind: ModelSpec['kind']
  /** Trained weights: fixed order, stable names, the same for the same spec. */
  readonly variables: readonly tf.Variable[]
  /** Moving means and variances of batch normalisation. */
  readonly statistics: readonly tf.Variable[]
  readonly layers: readonly LayerInfo[]
  readonly parameterCount: number
  /**
   * Logits [batch, classes] of x [batch, ...shape] (or any shape with as many numbers). In training mode it also
   * moves the statistics, once a call; this works inside tf.variableGrads.
   */
  forward(x: tf.Tensor, mode: ForwardMode): tf.Tensor2D
  dispose(): void
}

export type Forward = Model['forward']
