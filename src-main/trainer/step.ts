import type { Clipping } from '../../shared/run/spec.ts'
import * as tf from '../engine/tf.ts'
import type { Batch } from './batches.ts'
import { clip } from './clipping.ts'
import { greatest } from './evaluate.ts'
import { softmaxCrossEntropy, weightedCrossEntropy } from './loss.ts'
import type { Model } from './models/index.ts'
import type { StepSettings, TrainOptimizer } from './optimizers/index.ts'

export interface StepResult {
  /** Mean loss of the batch before the step. */
  readonly loss: number
  /** Examples of the batch whose greatest logit was the label's; of two mixed labels, that of the greater part. */
  readonly correct: number
}

/** What a step does besides the optimizer's own. */
export interface StepRecipe {
  /** In [0, 1). */
  readonly labelSmoothing: number
  /** Of the loss, [classes]. */
  readonly classWeights?: Float32Array | undefined
  readonly clipping?: Clipping | undefined
}

export interface StepKey {
  /** Of the stream of batches, counted from 0; with the seed it keys dropout. */
  readonly step: number
  readonly seed: number
}

/**
 * One step: forward, backward, and the optimizer, whatever the loss: nothing waits for the device here. Its numbers come
 * when it has got that far; then no tensor is left behind.
 * @param settings of the optimizer
 */
export function trainStep(
  model: Model,
  optimizer: TrainOptimizer,
  batch: Batch,
  settings: StepSettings,
  key: StepKey,
  { labelSmoothing, classWeights, clipping }: StepRecipe,
): Promise<StepResult> {
  const kept: tf.Tensor2D[] = []
  const { value, grads } = tf.variableGrads(() => {
    const logits = model.forward(batch.x, { training: true, ...key })
    kept.push(tf.keep(logits))
    return mixedLoss(batch, (labels) =>
      classWeights === undefined
        ? softmaxCrossEntropy(logits, labels, labelSmoothing)
        : weightedCrossEntropy(logits, labels, classWeights, labelSmoothing),
    )
  }, [...model.variables])
  const applied = clipping === undefined ? grads : clip(grads, clipping)
  optimizer.apply(applied, model.variables, settings)
  tf.dispose([grads, applied])
  return readResult(value, kept, dominating(batch))
}

/**
 * λ · loss(own labels) + (1 - λ) · loss(partners' labels): as cross-entropy is linear in its target, the loss against
 * λ · own + (1 - λ) · partner (Zhang et al. 2018, equation 1).
 */
function mixedLoss({ y, mixture }: Batch, lossOf: (labels: tf.Tensor1D) => tf.Scalar): tf.Scalar {
  if (mixture === undefined) return lossOf(y)
  const { lambda, labels } = mixture
  const partners = tf.tensor1d(Int32Array.from(labels), 'int32')
  return tf.add<tf.Scalar>(tf.mul(lossOf(y), lambda), tf.mul(lossOf(partners), 1 - lambda))
}

/** Of each example the label that most of it has. */
const dominating = ({ labels, mixture }: Batch): Uint16Array =>
  mixture === undefined || mixture.lambda >= 0.5 ? labels : mixture.labels

async function readResult(
  value: tf.Scalar,
  kept: readonly tf.Tensor2D[],
  labels: Uint16Array,
): Promise<StepResult> {
  try {
    const [loss = Number.NaN] = await value.data<'float32'>()
    return { loss, correct: await countCorrect(kept, labels) }
  } finally {
    tf.dispose([value, ...kept])
  }
}

async function countCorrect([logits]: readonly tf.Tensor2D[], labels: Uint16Array): Promise<number> {
  if (logits === undefined) return 0
  const classes = logits.shape[1]
  const values = await logits.data<'float32'>()
  let correct = 0
  for (const [row, label] of labels.entries()) {
    if (greatest(values.subarray(row * classes, (row + 1) * classes)) === label) correct++
  }
  return correct
}
