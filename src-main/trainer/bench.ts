import { random } from '../../shared/random.ts'
import type { BenchAnswer, BenchRequest } from '../../shared/run/bench.ts'
import { optimizerSpec } from '../../shared/run/spec.ts'
import { selectEngine } from '../engine/select.ts'
import * as tf from '../engine/tf.ts'
import type { Batch } from './batches.ts'
import { buildModel, type Model } from './models/index.ts'
import { createOptimizer } from './optimizers/index.ts'
import { trainStep } from './step.ts'
import { spread, timeSteps } from './timedSteps.ts'

/** Steps before the clock starts; where time is what is limited, that part of it. */
const warmUpSteps = 3
const warmUpPart = 0.2

/** Takes training steps under SGD with Nesterov momentum on one batch of random examples and times each. */
export async function bench(request: BenchRequest): Promise<BenchAnswer> {
  const { shape, classes, batchSize, steps, milliseconds, threads } = request
  if (threads !== undefined) process.env.ANNEAL_THREADS = String(threads)
  const engine = await selectEngine(request.device, request.devices)
  const model = await buildModel(request.model, { shape, classes }, 1)
  const optimizer = createOptimizer(optimizerSpec.parse({ kind: 'sgd', nesterov: true, weightDecay: 5e-4 }))
  const batch = randomBatch(batchSize, shape, classes)
  const isTimed = milliseconds !== undefined
  const times = await timeSteps(
    (step) => trainStep(model, optimizer, batch, { lr: 0.01 }, { step, seed: 1 }, { labelSmoothing: 0 }),
    {
      warmUp: isTimed ? { milliseconds: warmUpPart * milliseconds } : { steps: warmUpSteps },
      measured: isTimed ? { steps, milliseconds } : { steps },
      stepsAhead: engine.stepsAhead,
    },
  )
  const stepMs = spread(times.map(({ wall }) => wall))
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
  }
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
