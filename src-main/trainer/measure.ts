import type { MeasureAnswer, MeasureRequest } from '../../shared/run/measure.ts'
import type { RunSpec } from '../../shared/run/spec.ts'
import { openDataset } from '../datasets/index.ts'
import { selectEngine } from '../engine/select.ts'
import * as tf from '../engine/tf.ts'
import { type ExamplePart, prepareData, type TrainingData } from './batches.ts'
import { evaluate } from './evaluate.ts'
import { buildFitting } from './fitting.ts'
import type { Model } from './models/index.ts'
import { createOptimizer, type TrainOptimizer } from './optimizers/index.ts'
import { momentumOf } from './rates.ts'
import { trainStep } from './step.ts'
import { spread, timeSteps } from './timedSteps.ts'
import { WeightAverage } from './weightAverage.ts'

/** Milliseconds of steps measured, and of the first ones, which also compile and allocate. */
const measureFor = 1000
const warmUp = { milliseconds: 400 }
const measured = { steps: 200, milliseconds: measureFor }
/** Examples of an evaluation that are measured: one batch of it. */
const evaluated = 250

/** Runs some steps of the run and part of an evaluation, and keeps nothing. @throws UserError when it cannot be built */
export async function measureRun({
  spec,
  datasetFolder,
  devices,
  plan,
}: MeasureRequest): Promise<MeasureAnswer> {
  const engine = await selectEngine(spec.device, devices)
  const data = prepareData(spec, await openDataset(datasetFolder), plan.stepsPerEpoch)
  const model = await buildFitting(spec, data.input, engine.memory)
  const optimizer = createOptimizer(spec.optimizer)
  const average = spec.ema && new WeightAverage(model, spec.ema)
  try {
    const { stepsAhead } = engine
    const steps = await timeSteps(stepOf({ spec, data, model, optimizer, average }), {
      warmUp,
      measured,
      stepsAhead,
    })
    return {
      device: engine.device,
      secondsPerStep: spread(steps.map(({ wall }) => wall)).median / 1000,
      secondsPerEvaluation: await measureEvaluation(data, model),
    }
  } finally {
    average?.dispose()
    optimizer.dispose()
    model.dispose()
  }
}

interface Measured {
  readonly spec: RunSpec
  readonly data: TrainingData
  readonly model: Model
  readonly optimizer: TrainOptimizer
  readonly average: WeightAverage | undefined
}

/** At rate 0: the work of a step, augmentation and average of weights included, from which nothing can diverge. */
function stepOf({ spec, data, model, optimizer, average }: Measured) {
  const { seed, labelSmoothing, clipping } = spec
  const recipe = { labelSmoothing, clipping, classWeights: data.classWeights }
  const settings = { lr: 0, momentum: momentumOf(spec.optimizer), weightDecay: spec.optimizer.weightDecay }
  return async (step: number): Promise<unknown> => {
    const batch = data.trainingBatch(step)
    let loss: Promise<unknown>
    try {
      loss = trainStep(model, optimizer, batch, settings, { step, seed }, recipe)
    } finally {
      tf.dispose([batch.x, batch.y])
    }
    average?.update(step)
    return loss
  }
}

/** In seconds. The first time warms up, unless that alone took long. */
async function measureEvaluation(data: TrainingData, model: Model): Promise<number | null> {
  const part = data.parts.find(({ indices }) => indices.length > 0)
  if (part === undefined) return null
  const total = data.parts.reduce((sum, { indices }) => sum + indices.length, 0)
  const piece: ExamplePart = {
    ...part,
    indices: part.indices.subarray(0, evaluated),
    labels: part.labels.subarray(0, evaluated),
  }
  const once = async (): Promise<number> => {
    const before = performance.now()
    await evaluate(model, data, piece)
    return performance.now() - before
  }
  const first = await once()
  const time = first > measureFor ? first : spread([await once(), await once(), await once()]).median
  return (time / 1000) * (total / piece.indices.length)
}
