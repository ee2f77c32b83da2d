import { setImmediate } from 'node:timers/promises'
import type { MeasureReply, MeasureRequest } from '../../shared/run/measure.ts'
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

/** Milliseconds of steps measured, and of the first ones, which also compile and allocate. */
const measureFor = 1000
const warmFor = 400
const mostSteps = 200
/** Examples of an evaluation that are measured: one batch of it. */
const evaluated = 250

type Measured = Extract<MeasureReply, { type: 'measured' }>

/** Runs some steps of the run and part of an evaluation, and keeps nothing. @throws UserError when it cannot be built */
export async function measureRun({ spec, datasetFolder, devices, plan }: MeasureRequest): Promise<Measured> {
  const engine = await selectEngine(spec.device, devices)
  const data = prepareData(spec, await openDataset(datasetFolder), plan.stepsPerEpoch)
  const model = await buildFitting(spec, data.input, engine.memory)
  const optimizer = createOptimizer(spec.optimizer)
  try {
    return {
      type: 'measured',
      device: engine.device,
      secondsPerStep: (await measureSteps(spec, data, model, optimizer)) / 1000,
      secondsPerEvaluation: await measureEvaluation(data, model),
    }
  } finally {
    optimizer.dispose()
    model.dispose()
  }
}

/** @returns milliseconds: the median, which a hiccup of the machine does not move */
async function measureSteps(spec: RunSpec, data: TrainingData, model: Model, optimizer: TrainOptimizer) {
  const times: number[] = []
  const started = performance.now()
  for (let step = 0; ; step++) {
    // Lets the end of the channel in: who asked may have lost interest.
    await setImmediate()
    const elapsed = performance.now() - started
    if (times.length > 0 && (elapsed > warmFor + measureFor || times.length >= mostSteps)) break
    const before = performance.now()
    await takeStep(spec, data, model, optimizer, step)
    const time = performance.now() - before
    const isWarm = step > 0 && before - started > warmFor
    // A step that takes longer than all the time there is need not be taken twice.
    if (isWarm || time > warmFor + measureFor) times.push(time)
  }
  return median(times)
}

/** At rate 0: the work of a step, from which nothing can diverge. */
async function takeStep(
  { seed, optimizer: { weightDecay }, optimizer: spec, labelSmoothing }: RunSpec,
  data: TrainingData,
  model: Model,
  optimizer: TrainOptimizer,
  step: number,
): Promise<void> {
  const batch = data.trainingBatch(step)
  const settings = { lr: 0, momentum: momentumOf(spec), weightDecay }
  await trainStep(model, optimizer, batch, settings, { step, seed }, labelSmoothing)
  tf.dispose([batch.x, batch.y])
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
  const time = first > measureFor ? first : median([await once(), await once(), await once()])
  return (time / 1000) * (total / piece.indices.length)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
