import { UserError } from '../../shared/errors.ts'
import { permutation, random } from '../../shared/random.ts'
import type { RunSpec } from '../../shared/run/spec.ts'
import {
  type Batcher,
  createBatcher,
  type Dataset,
  type Normalisation,
  normalisation,
  splitDataset,
} from '../datasets/index.ts'
import * as tf from '../engine/tf.ts'
import { classWeightsOf } from './classWeights.ts'
import { type Mixture, mix } from './mixup.ts'
import type { ModelInput } from './models/index.ts'

/** One part of the data that models are measured on, in a fixed order. */
export interface ExamplePart {
  readonly name: 'validation' | 'test'
  readonly indices: Uint32Array
  readonly labels: Uint16Array<ArrayBuffer>
}

export interface Batch {
  /** [batch, ...shape of an example], normalised, augmented and mixed. The caller's to dispose. */
  readonly x: tf.Tensor
  /** [batch], int32. The caller's to dispose. */
  readonly y: tf.Tensor1D
  readonly labels: Uint16Array<ArrayBuffer>
  /** Where the batch is mixed with itself in another order. */
  readonly mixture?: Mixture | undefined
}

/** A data set cut and normalised for one run. */
export interface TrainingData {
  readonly input: ModelInput
  readonly normalisation: Normalisation
  readonly parts: readonly ExamplePart[]
  /** Of the loss, [classes]; undefined where all classes weigh the same. */
  readonly classWeights: Float32Array | undefined
  /** The training batch of a step, which depends on nothing but the step (and the run's seed). */
  trainingBatch(step: number): Batch
  /** Examples `from` up to `to` of a part, not augmented. */
  partBatch(part: ExamplePart, from: number, to: number): tf.Tensor
}

/**
 * Cuts `dataset` as the spec says. An epoch is a permutation of the training part, keyed by (seed, 'batch-order', epoch);
 * what does not fill a whole batch at its end is left out.
 * @throws UserError when a part cannot be cut, or the batch is larger than the training part
 */
export function prepareData(spec: RunSpec, dataset: Dataset, stepsPerEpoch: number): TrainingData {
  const { meta, labels } = dataset
  const split = splitDataset(labels, meta, spec.dataset)
  if (stepsPerEpoch * spec.batchSize > split.train.length) {
    throw new UserError(
      `While preparing the data: ${stepsPerEpoch} batches of ${spec.batchSize} need more than the ${split.train.length} training examples of ${meta.name}; the run was planned for other data.`,
    )
  }
  const norm = normalisation(dataset, split.train)
  const plain = createBatcher(dataset, norm)
  const { mixup, ...changes } = spec.augmentation
  const augmented = createBatcher(dataset, norm, changes)
  const order = epochOrder(spec.seed, split.train)
  const labelsOf = (indices: Uint32Array): Uint16Array<ArrayBuffer> =>
    Uint16Array.from(indices, (i) => labels[i] ?? 0)
  return {
    input: { shape: meta.shape, classes: meta.classes.length },
    normalisation: norm,
    classWeights: classWeightsOf(spec.classWeights, labelsOf(split.train), meta.classes.length),
    parts: [
      { name: 'validation', indices: split.validation, labels: labelsOf(split.validation) },
      { name: 'test', indices: split.test, labels: labelsOf(split.test) },
    ],
    trainingBatch(step) {
      const from = (step % stepsPerEpoch) * spec.batchSize
      const indices = order(Math.floor(step / stepsPerEpoch)).subarray(from, from + spec.batchSize)
      const own = labelsOf(indices)
      const values = fill(augmented, indices, step, spec.seed)
      const mixture = mixup && mix(values, own, mixup.alpha, step, spec.seed)
      return {
        x: tf.tensor(values, [indices.length, ...meta.shape]),
        y: tf.tensor1d(Int32Array.from(own), 'int32'),
        labels: own,
        mixture,
      }
    },
    partBatch(part, from, to) {
      const indices = part.indices.subarray(from, to)
      return tf.tensor(fill(plain, indices, 0, spec.seed), [indices.length, ...meta.shape])
    },
  }
}

/** The order of the epoch asked for last is kept: all its steps use it. */
function epochOrder(seed: number, train: Uint32Array): (epoch: number) => Uint32Array {
  let known: { epoch: number; order: Uint32Array } | undefined
  return (epoch) => {
    if (known?.epoch !== epoch) {
      const shuffled = permutation(train.length, random(seed, 'batch-order', epoch))
      known = { epoch, order: shuffled.map((at) => train[at] ?? 0) }
    }
    return known.order
  }
}

function fill(batcher: Batcher, indices: Uint32Array, step: number, seed: number): Float32Array {
  const values = new Float32Array(indices.length * batcher.exampleSize)
  batcher.fill(indices, values, step, seed)
  return values
}
