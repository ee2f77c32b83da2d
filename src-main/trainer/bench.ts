import { random } from '../../shared/random.ts'
import type { BenchAnswer, BenchRecipe, BenchRequest } from '../../shared/run/bench.ts'
import { type EngineName, optimizerSpec } from '../../shared/run/spec.ts'
import { selectEngine } from '../engine/select.ts'
import * as tf from '../engine/tf.ts'
import type { Batch } from './batches.ts'
import { KernelTally } from './kernelTally.ts'
import { buildModel, type Model } from './models/index.ts'
import { createOptimizer } from './optimizers/index.ts'
import { momentumOf } from './rates.ts'
import { type StepResult, trainStep } from './step.ts'
import { spread, timeSteps } from './timedSteps.ts'
import { WeightAverage } from './weightAverage.ts'

/** Steps before the clock starts; where time is what is limited, that part of it. */
const warmUpSteps = 3
const warmUpPart = 0.2

/** Steps whose kernels are timed: enough that a hiccup of the machine weighs little. */
const kernelSteps = 3

const usualRecipe: BenchRecipe = {
  optimizer: optimizerSpec.parse({ kind: 'sgd', nesterov: true, weightDecay: 5e-4 }),
  labelSmoothing: 0,
}

/** Takes training steps on one batch of random examples and times each. */
export async function bench(request: BenchRequest): Promise<BenchAnswer> {
  const { shape, classes, batchSize, steps, milliseconds, threads, recipe = usualRecipe } = request
  if (threads !== undefined) process.env.ANNEAL_THREADS = String(threads)
  const engine = await selectEngine(request.device, request.devices)
  const model = await buildModel(request.model, { shape, classes }, 1)
  const take = stepOf(model, recipe, randomBatch(batchSize, shape, classes))
  const isTimed = milliseconds !== undefined
  const times = await timeSteps(take, {
    warmUp: isTimed ? { milliseconds: warmUpPart * milliseconds } : { steps: warmUpSteps },
    measured: isTimed ? { steps, milliseconds } : { steps },
    stepsAhead: engine.stepsAhead,
  })
  const stepMs = spread(times.map(({ wall }) => wall))
  const kernels = request.kernels === true ? (await tallyOf(take, engine.name)).use(stepMs.min) : undefined
  const { name, device, reason } = engine
  return {
    name,
    device,
    reason,
    parameters: model.parameterCount,
    steps: times.length,
    stepMs,
    cpuMs: spread(times.map(({ processor }) => processor)),
    samplesPerSecond: (batchSize * 1000) / stepMs.median,
    gflops: (batchSize * operations(model)) / (stepMs.median * 1e6),
    memoryMb: process.resourceUsage().maxRSS / 1024,
    ...(kernels !== undefined && { kernels }),
  }
}

/** At a rate of 0, as nothing else of a step hangs on its rate, and random labels under a high one would let it diverge. */
function stepOf(model: Model, { optimizer: kind, ema, ...loss }: BenchRecipe, batch: Batch) {
  const optimizer = createOptimizer(kind)
  const average = ema && new WeightAverage(model, ema)
  const settings = { lr: 0, momentum: momentumOf(kind), weightDecay: kind.weightDecay }
  return (step: number): Promise<StepResult> => {
    const result = trainStep(model, optimizer, batch, settings, { step, seed: 1 }, loss)
    average?.update(step)
    return result
  }
}

async function tallyOf(
  take: (step: number) => Promise<StepResult>,
  device: EngineName,
): Promise<KernelTally> {
  const tally = new KernelTally(device)
  for (let step = 0; step < kernelSteps; step++) await tally.time(() => take(step))
  return tally
}

function randomBatch(batchSize: number, shape: readonly number[], classes: number): Batch {
  const rng = random(1, 'benchmark')
  const size = shape.reduce((a, b) => a * b, batchSize)
  const labels = Uint16Array.from({ length: batchSize }, () => rng.below(classes))
  const values = Float32Array.from({ length: size }, () => rng.normal())
  return {
    x: tf.tensor(values, [batchSize, ...shape]),
    y: tf.tensor1d(Int32Array.from(labels), 'int32'),
    labels,
  }
}

/**
 * Multiplications and additions of one example's step: every weight meets every place of its layer's output once
 * forward and twice backward, for its own gradient and for that of its input, which the first layer does without.
 */
function operations({ layers }: Model): number {
  const weighted = layers.filter(({ parameters }) => parameters > 0)
  return weighted.reduce((sum, { parameters, outputShape }, index) => {
    const places = outputShape.slice(0, -1).reduce((a, b) => a * b, 1)
    return sum + 2 * (index === 0 ? 2 : 3) * parameters * places
  }, 0)
}
