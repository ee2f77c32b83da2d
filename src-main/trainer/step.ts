import * as tf from '../engine/tf.ts'
import type { Batch } from './batches.ts'
import { clip } from './clipping.ts'
import { greatest } from './evaluate.ts'
import { softmaxCrossEntropy, weightedCrossEntropy } from './loss.ts'
import type { Model } from './models/index.ts'
import type { StepSettings, TrainOptimizer } from './optimizers/index.ts'
import { recordOf, type StepKey, type StepRecipe, type Trial } from './stepRecords.ts'

export interface StepResult {
  /** Mean loss of the batch before the step. */
  readonly loss: number
  /** Examples of the batch whose greatest logit was the label's; of two mixed labels, that of the greater part. */
  readonly correct: number
}

/**
 * One step: forward, backward, and the optimizer, whatever the loss: nothing waits for the device here. Its numbers come
 * when it has got that far; then no tensor is left behind. Where the device can repeat a step without tfjs, it does.
 * @param settings of the optimizer
 */
export function trainStep(
  model: Model,
  optimizer: TrainOptimizer,
  batch: Batch,
  settings: StepSettings,
  key: StepKey,
  recipe: StepRecipe,
): Promise<StepResult> {
  const mixed = mixedInputs(batch)
  const inputs = [batch.x, batch.y, ...Object.values(mixed ?? {})]
  try {
    const compute = (trial: Trial) => computeStep(model, optimizer, { ...batch, mixed }, trial, recipe)
    const record = recordOf({ model, optimizer, inputs, compute }, { settings, key }, recipe)
    if (record === undefined) {
      const { value, kept } = compute({ settings, key })
      return readResult(value, kept, dominating(batch))
    }
    const attributes = optimizer.advance(settings)
    return resultOf(record.replay({ inputs, key, attributes }), dominating(batch))
  } finally {
    tf.dispose({ ...mixed })
  }
}

/** What the loss of a mixed batch needs besides its own labels. */
interface Mixed {
  /** [batch] */
  readonly partners: tf.Tensor1D
  /** The part that an example's own loss has, and its partner's. */
  readonly own: tf.Scalar
  readonly rest: tf.Scalar
}

function mixedInputs({ mixture }: Batch): Mixed | undefined {
  if (mixture === undefined) return undefined
  const { lambda, labels } = mixture
  return {
    partners: tf.tensor1d(Int32Array.from(labels), 'int32'),
    own: tf.scalar(lambda),
    rest: tf.scalar(1 - lambda),
  }
}

/** On tfjs's tape. What it gives is the caller's to dispose. */
function computeStep(
  model: Model,
  optimizer: TrainOptimizer,
  { x, y, mixed }: Pick<Batch, 'x' | 'y'> & { readonly mixed: Mixed | undefined },
  { settings, key }: Trial,
  { labelSmoothing, classWeights, clipping }: StepRecipe,
): { value: tf.Scalar; kept: tf.Tensor2D[] } {
  const kept: tf.Tensor2D[] = []
  try {
    const { value, grads } = tf.variableGrads(() => {
      const logits = model.forward(x, { training: true, ...key })
      kept.push(tf.keep(logits))
      return mixedLoss(y, mixed, (labels) =>
        classWeights === undefined
          ? softmaxCrossEntropy(logits, labels, labelSmoothing)
          : weightedCrossEntropy(logits, labels, classWeights, labelSmoothing),
      )
    }, [...model.variables])
    const applied = clipping === undefined ? grads : clip(grads, clipping)
    optimizer.apply(applied, model.variables, settings)
    tf.dispose([grads, applied])
    return { value, kept }
  } catch (error) {
    tf.dispose(kept)
    throw error
  }
}

/**
 * λ · loss(own labels) + (1 - λ) · loss(partners' labels): as cross-entropy is linear in its target, the loss against
 * λ · own + (1 - λ) · partner (Zhang et al. 2018, equation 1).
 */
function mixedLoss(
  labels: tf.Tensor1D,
  mixed: Mixed | undefined,
  lossOf: (labels: tf.Tensor1D) => tf.Scalar,
): tf.Scalar {
  if (mixed === undefined) return lossOf(labels)
  const { partners, own, rest } = mixed
  return tf.add<tf.Scalar>(tf.mul(lossOf(labels), own), tf.mul(lossOf(partners), rest))
}

/** Of each example the label that most of it has. */
const dominating = ({ labels, mixture }: Batch): Uint16Array =>
  mixture === undefined || mixture.lambda >= 0.5 ? labels : mixture.labels

async function resultOf(
  replayed: Float32Array[] | Promise<Float32Array[]>,
  labels: Uint16Array,
): Promise<StepResult> {
  const [[loss = Number.NaN] = [], logits] = await replayed
  const correct = logits === undefined ? 0 : countCorrect(logits, logits.length / labels.length, labels)
  return { loss, correct }
}

async function readResult(
  value: tf.Scalar,
  kept: readonly tf.Tensor2D[],
  labels: Uint16Array,
): Promise<StepResult> {
  try {
    const [loss = Number.NaN] = await value.data<'float32'>()
    const [logits] = kept
    const correct =
      logits === undefined ? 0 : countCorrect(await logits.data<'float32'>(), logits.shape[1], labels)
    return { loss, correct }
  } finally {
    tf.dispose([value, ...kept])
  }
}

function countCorrect(logits: Float32Array, classes: number, labels: Uint16Array): number {
  let correct = 0
  for (const [row, label] of labels.entries()) {
    if (greatest(logits, row * classes, classes) === label) correct++
  }
  return correct
}
