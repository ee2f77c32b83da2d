import { setImmediate } from 'node:timers/promises'
import type { Predictions, Scores } from '../../shared/run/messages.ts'
import type { ExamplePart, TrainingData } from './batches.ts'
import type { Model } from './models/index.ts'

/** How a model does on one part of the data. */
export interface Evaluation {
  readonly part: ExamplePart
  /** Mean cross-entropy in nats; not finite when a logit is not. */
  readonly loss: number
  /** In 0..1. */
  readonly accuracy: number
  /** Softmax outputs [examples, classes], row-major. */
  readonly probs: Float32Array<ArrayBuffer>
  /** Cross-entropy of each example, in nats. */
  readonly losses: Float64Array<ArrayBuffer>
}

const batchSize = 250

/** Runs the model over a part in inference mode. @returns undefined for an empty part */
export async function evaluate(
  model: Model,
  data: TrainingData,
  part: ExamplePart,
): Promise<Evaluation | undefined> {
  const examples = part.indices.length
  if (examples === 0) return undefined
  const { classes } = data.input
  const probs = new Float32Array(examples * classes)
  const losses = new Float64Array(examples)
  const sums = { loss: 0, correct: 0 }
  for (let from = 0; from < examples; from += batchSize) {
    const to = Math.min(examples, from + batchSize)
    const logits = await inferLogits(model, data, part, from, to)
    // Numbers of a processor are there at once: without a turn of the event loop no message would be read meanwhile.
    await setImmediate()
    for (let row = 0; row < to - from; row++) {
      const own = logits.subarray(row * classes, (row + 1) * classes)
      const label = part.labels[from + row] ?? 0
      const loss = softmaxRow(own, label, probs.subarray((from + row) * classes, (from + row + 1) * classes))
      losses[from + row] = loss
      sums.loss += loss
      if (greatest(own) === label) sums.correct++
    }
  }
  return { part, probs, losses, loss: sums.loss / examples, accuracy: sums.correct / examples }
}

/** Over all parts that are not empty. */
export async function evaluateAll(model: Model, data: TrainingData): Promise<Evaluation[]> {
  const found: Evaluation[] = []
  for (const part of data.parts) {
    const evaluation = await evaluate(model, data, part)
    if (evaluation !== undefined) found.push(evaluation)
  }
  return found
}

async function inferLogits(
  model: Model,
  data: TrainingData,
  part: ExamplePart,
  from: number,
  to: number,
): Promise<Float32Array> {
  const x = data.partBatch(part, from, to)
  const logits = model.forward(x, { training: false, step: 0, seed: 0 })
  try {
    return await logits.data<'float32'>()
  } finally {
    logits.dispose()
    x.dispose()
  }
}

/** Writes the softmax of `logits` to `out`. @returns the cross-entropy of `label`, in nats */
export function softmaxRow(logits: Float32Array, label: number, out: Float32Array): number {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0)
  for (const [c, logit] of logits.entries()) out[c] = Math.exp(logit - largest) / total
  return Math.log(total) - ((logits[label] ?? Number.NaN) - largest)
}

/** The place of the greatest value from `first` on, the first of several; NaN is greater than nothing. */
export function greatest(values: Float32Array, first = 0, count = values.length): number {
  let best = first
  for (let i = first + 1; i < first + count; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i
  return best - first
}

/** Scores of validation and test, null for a part that was empty or not measured. */
export function scoresOf(evaluations: readonly Evaluation[]): Scores {
  const of = (name: Evaluation['part']['name']) => evaluations.find(({ part }) => part.name === name)
  const [validation, test] = [of('validation'), of('test')]
  return {
    valLoss: validation?.loss ?? null,
    valAccuracy: validation?.accuracy ?? null,
    testLoss: test?.loss ?? null,
    testAccuracy: test?.accuracy ?? null,
  }
}

/** What an ensemble needs of a member. */
export function predictionsOf({ part, probs }: Evaluation, classes: number): Predictions {
  return { part: part.name, classes, probs, labels: part.labels }
}
