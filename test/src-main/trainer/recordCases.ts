import { random } from '../../../shared/random.ts'
import { type ModelSpec, type OptimizerSpec, optimizerSpec } from '../../../shared/run/spec.ts'
import type { StepRecord } from '../../../src-main/engine/recording.ts'
import * as tf from '../../../src-main/engine/tf.ts'
import type { Batch } from '../../../src-main/trainer/batches.ts'
import { buildModel, type Model } from '../../../src-main/trainer/models/index.ts'
import {
  createOptimizer,
  type StepSettings,
  type TrainOptimizer,
} from '../../../src-main/trainer/optimizers/index.ts'
import { trainStep } from '../../../src-main/trainer/step.ts'
import type { StepRecipe } from '../../../src-main/trainer/stepRecords.ts'
import { convolutional, mlp as layersOfMlp, specOf } from './models/topologies.ts'

/* What steps from a record and on tfjs's tape are compared by, on every device that records. */

export interface Case {
  readonly model: ModelSpec
  readonly optimizer?: Partial<OptimizerSpec>
  readonly recipe?: StepRecipe
  readonly mixup?: boolean
  readonly settings?: (step: number) => StepSettings
  /** Examples of a step's batch. */
  readonly examples?: (step: number) => number
  /** What the examples go through before the model. */
  readonly inside?: (x: tf.Tensor) => tf.Tensor
  /** What happens after a step. */
  readonly between?: (step: number, model: Model, optimizer: TrainOptimizer) => void | Promise<void>
}

export const shape = [6, 6, 1]
export const classes = 3

export function batchOf(step: number, examples: number, mixup: boolean): Batch {
  const rng = random(step, 'recorded batch')
  const values = Float32Array.from({ length: examples * 36 }, () => rng.normal())
  const draw = () => Uint16Array.from({ length: examples }, () => rng.below(classes))
  const labels = draw()
  return {
    x: tf.tensor(values, [examples, ...shape]),
    y: tf.tensor1d(Int32Array.from(labels), 'int32'),
    labels,
    ...(mixup && { mixture: { lambda: rng.next(), labels: draw() } }),
  }
}

/** Five steps with another rate, momentum and decay each. */
export async function run(given: Case) {
  const { model: spec, optimizer: rule, recipe = { labelSmoothing: 0.1 }, mixup = false } = given
  const settings = given.settings ?? ((step) => ({ lr: 0.05 / (step + 1), weightDecay: 1e-3 * step }))
  const built = await buildModel(spec, { shape, classes }, 1)
  const { inside = (x: tf.Tensor) => x } = given
  const model: Model = { ...built, forward: (x, mode) => built.forward(inside(x), mode) }
  const optimizer = createOptimizer(optimizerSpec.parse(rule ?? { kind: 'sgd', nesterov: true }))
  const found: unknown[] = []
  for (let step = 0; step < 5; step++) {
    const batch = batchOf(step, given.examples?.(step) ?? 6, mixup)
    found.push(await trainStep(model, optimizer, batch, settings(step), { step, seed: 7 }, recipe))
    tf.dispose([batch.x, batch.y])
    await given.between?.(step, model, optimizer)
  }
  const weights: unknown[] = []
  for (const each of [...model.variables, ...model.statistics]) weights.push(await each.data())
  const state: unknown[] = []
  for (const { name, tensor } of optimizer.state()) state.push([name, await tensor.data()])
  const scalars = optimizer.scalars()
  optimizer.dispose()
  model.dispose()
  return { found, weights, state, scalars }
}

export const mlp: ModelSpec = { kind: 'mlp', hidden: [20], dropout: 0.3 }
/** Of topologies, too, whose layers need a backend as they are written. */
export const models = (): ModelSpec[] => [
  { kind: 'softmax' },
  mlp,
  { kind: 'cnn', filters: [5, 8], dense: 9, dropout: 0.2 },
  { kind: 'resnet', depth: 8 },
  { kind: 'wrn', depth: 10, widen: 1, dropout: 0.1 },
  specOf(layersOfMlp()),
  specOf(convolutional()),
]

export const rules: Partial<OptimizerSpec>[] = [
  { kind: 'sgd', momentum: 0, nesterov: false },
  { kind: 'sgd', nesterov: false, decoupled: true },
  { kind: 'adam' },
  { kind: 'adamw' },
  { kind: 'rmsprop' },
  { kind: 'rmsprop', momentum: 0.5 },
]

/** @param replayed is told of each step that is repeated */
export const counted = (record: StepRecord, replayed: () => void): StepRecord => ({
  get holds() {
    return record.holds
  },
  tellsKernels: record.tellsKernels,
  replay(changes) {
    replayed()
    return record.replay(changes)
  },
  dispose: () => record.dispose(),
})
