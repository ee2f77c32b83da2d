import { permutation, random } from '../../../shared/random.ts'
import type { StoredTensor } from '../../../shared/run/messages.ts'
import { openDataset, splitDataset } from '../../../src-main/datasets/index.ts'
import type { CoreLab } from '../runs/lab.ts'

/* Forward passes in plain float64, to hold against what the trainer's engine measures. */

export const numbers = ({ data }: StoredTensor): Float32Array => new Float32Array(new Uint8Array(data).buffer)

export interface HandData {
  /** Normalised examples of the batches of the first epoch, and of the validation part. */
  readonly batches: readonly (readonly number[][])[]
  readonly validation: readonly (readonly number[])[]
  readonly labels: readonly number[]
}

/** @param snapshotId any of the run's: it carries the means and deviations of the training part */
export async function handData(lab: CoreLab, runId: string, snapshotId: number): Promise<HandData> {
  const { read } = lab.core.store
  const run = read.run(runId)
  const { folder } = await lab.core.catalogue.resolve(run.datasetId)
  const { examples, labels, meta } = await openDataset(folder)
  const [width = 0] = meta.shape
  const { mean, std } = read.snapshotModel(snapshotId).normalisation
  const example = (i: number): number[] =>
    Array.from({ length: width }, (_, k) => ((examples[i * width + k] ?? 0) - (mean[k] ?? 0)) / (std[k] ?? 1))
  const split = splitDataset(labels, meta, run.spec.dataset)
  const order = permutation(split.train.length, random(run.spec.seed, 'batch-order', 0))
  const { batchSize } = run.spec
  return {
    batches: Array.from({ length: run.planned.plan.stepsPerEpoch }, (_, step) =>
      [...order.subarray(step * batchSize, (step + 1) * batchSize)].map((place) =>
        example(split.train[place] ?? 0),
      ),
    ),
    validation: [...split.validation].map(example),
    labels: [...split.validation].map((i) => labels[i] ?? 0),
  }
}

/** Weighted sums of tensors, number by number. */
export function mixed(models: readonly (readonly StoredTensor[])[], shares: readonly number[]): number[][] {
  const [first = []] = models
  return first.map((tensor, t) =>
    [...numbers(tensor)].map((_, i) =>
      models.reduce((sum, model, k) => {
        const own = model[t]
        return sum + (shares[k] ?? 0) * (own === undefined ? 0 : (numbers(own)[i] ?? 0))
      }, 0),
    ),
  )
}

const affine = (x: readonly number[], w: readonly number[], b: readonly number[]): number[] =>
  b.map((bias, j) => x.reduce((sum, value, i) => sum + value * (w[i * b.length + j] ?? 0), bias))

const columnMean = (rows: readonly (readonly number[])[], j: number): number =>
  rows.reduce((sum, row) => sum + (row[j] ?? 0), 0) / rows.length

/**
 * Mean cross-entropy on the validation part of dense, ReLU, batch normalisation, dense. Its statistics are the means over
 * the batches of each batch's mean and unbiased variance (PyTorch's BatchNorm1d with momentum=None).
 * @param weights kernel, bias, gamma, beta, kernel, bias
 */
export function normedLoss(weights: readonly number[][], data: HandData, epsilon: number): number {
  const [w1 = [], b1 = [], gamma = [], beta = [], w2 = [], b2 = []] = weights
  const hiddenOf = (x: readonly number[]): number[] => affine(x, w1, b1).map((value) => Math.max(0, value))
  const seen = data.batches.map((batch) => {
    const hidden = batch.map(hiddenOf)
    const means = b1.map((_, j) => columnMean(hidden, j))
    const variances = means.map(
      (m, j) => hidden.reduce((sum, row) => sum + ((row[j] ?? 0) - m) ** 2, 0) / (hidden.length - 1),
    )
    return { means, variances }
  })
  const means = b1.map((_, j) =>
    columnMean(
      seen.map((each) => each.means),
      j,
    ),
  )
  const variances = b1.map((_, j) =>
    columnMean(
      seen.map((each) => each.variances),
      j,
    ),
  )
  const losses = data.validation.map((x, n) => {
    const normed = hiddenOf(x).map(
      (h, j) =>
        ((h - (means[j] ?? 0)) / Math.sqrt((variances[j] ?? 0) + epsilon)) * (gamma[j] ?? 1) + (beta[j] ?? 0),
    )
    const logits = affine(normed, w2, b2)
    return Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0)) - (logits[data.labels[n] ?? 0] ?? 0)
  })
  return losses.reduce((a, b) => a + b, 0) / losses.length
}
