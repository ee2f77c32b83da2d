import { parseArgs } from 'node:util'
import { random } from '../../shared/random.ts'
import { deviceName, type ModelSpec, modelSpec, optimizerSpec } from '../../shared/run/spec.ts'
import { selectEngine } from '../../src-main/engine/select.ts'
import * as tf from '../../src-main/engine/tf.ts'
import type { Batch } from '../../src-main/trainer/batches.ts'
import { buildModel, type Model } from '../../src-main/trainer/models/index.ts'
import { createOptimizer } from '../../src-main/trainer/optimizers/index.ts'
import { trainStep } from '../../src-main/trainer/step.ts'

/*
 * Milliseconds of one training step at batch 128, and where they go:
 *   node test/bench/train-step.ts [--json] [--device auto|simd|wasm|cpu] [--only mlp]
 */

const batchSize = 128
const subjects: Readonly<Record<string, { spec: unknown; shape: readonly number[]; steps: number }>> = {
  softmax: { spec: { kind: 'softmax' }, shape: [28, 28, 1], steps: 60 },
  mlp: { spec: { kind: 'mlp', hidden: [256] }, shape: [28, 28, 1], steps: 60 },
  'cnn-8-16': { spec: { kind: 'cnn', filters: [8, 16], dense: 64 }, shape: [28, 28, 1], steps: 30 },
  'cnn-16-32': { spec: { kind: 'cnn', filters: [16, 32], dense: 128 }, shape: [28, 28, 1], steps: 20 },
  'resnet-8': { spec: { kind: 'resnet', depth: 8 }, shape: [32, 32, 3], steps: 6 },
  'resnet-20': { spec: { kind: 'resnet', depth: 20 }, shape: [32, 32, 3], steps: 4 },
}

interface Result {
  readonly model: string
  readonly parameters: number
  /** Milliseconds: the whole step, and the forward pass alone. */
  readonly median: number
  readonly min: number
  readonly forwardMedian: number
  readonly forwardMin: number
  readonly examplesPerSecond: number
  /** The dearest kernels of one step, in milliseconds; those that call others contain them. */
  readonly kernels: readonly { readonly name: string; readonly calls: number; readonly ms: number }[]
}

async function measure(
  name: string,
  spec: ModelSpec,
  shape: readonly number[],
  steps: number,
): Promise<Result> {
  const model = await buildModel(spec, { shape, classes: 10 }, 1)
  const optimizer = createOptimizer(optimizerSpec.parse({ kind: 'sgd', nesterov: true, weightDecay: 5e-4 }))
  const batch = randomBatch(shape)
  const step = (at: number) => trainStep(model, optimizer, batch, { lr: 0.01 }, { step: at, seed: 1 }, 0)
  const forward = (at: number) => forwardOnly(model, batch, at)
  for (let at = 0; at < 3; at++) await step(at)
  const whole = await times(steps, step)
  const ahead = await times(steps, forward)
  const kernels = await profile(() => step(steps))
  tf.dispose([batch.x, batch.y])
  optimizer.dispose()
  model.dispose()
  return {
    model: name,
    parameters: model.parameterCount,
    ...whole,
    forwardMedian: ahead.median,
    forwardMin: ahead.min,
    examplesPerSecond: (batchSize * 1000) / whole.median,
    kernels,
  }
}

async function forwardOnly(model: Model, batch: Batch, step: number): Promise<void> {
  const logits = model.forward(batch.x, { training: true, step, seed: 1, statisticsRate: 0 })
  await logits.data()
  logits.dispose()
}

function randomBatch(shape: readonly number[]): Batch {
  const rng = random(1, 'benchmark')
  const size = shape.reduce((a, b) => a * b, batchSize)
  const labels = Uint16Array.from({ length: batchSize }, () => rng.below(10))
  return {
    x: tf.tensor(
      Float32Array.from({ length: size }, () => rng.normal()),
      [batchSize, ...shape],
    ),
    y: tf.tensor1d(Int32Array.from(labels), 'int32'),
    labels,
  }
}

async function times(
  count: number,
  work: (at: number) => Promise<unknown>,
): Promise<{ median: number; min: number }> {
  const each: number[] = []
  for (let at = 0; at < count; at++) {
    const begun = performance.now()
    await work(at)
    each.push(performance.now() - begun)
  }
  each.sort((a, b) => a - b)
  return { median: each[count >> 1] ?? Number.NaN, min: each[0] ?? Number.NaN }
}

async function profile(work: () => Promise<unknown>): Promise<Result['kernels']> {
  const { kernels } = await tf.profile(async () => {
    await work()
    return []
  })
  const sums = new Map<string, { calls: number; ms: number }>()
  for (const { name, kernelTimeMs } of kernels) {
    const sum = sums.get(name) ?? { calls: 0, ms: 0 }
    const ms = await kernelTimeMs
    sums.set(name, { calls: sum.calls + 1, ms: sum.ms + (typeof ms === 'number' ? ms : 0) })
  }
  return [...sums]
    .map(([name, sum]) => ({ name, ...sum }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 8)
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    device: { type: 'string', default: 'auto' },
    only: { type: 'string' },
  },
})
const engine = await selectEngine(deviceName.parse(values.device))
const results: Result[] = []
for (const [name, { spec, shape, steps }] of Object.entries(subjects)) {
  if (values.only !== undefined && values.only !== name) continue
  const result = await measure(name, modelSpec.parse(spec), shape, steps)
  results.push(result)
  if (values.json) continue
  const dearest = result.kernels
    .slice(0, 5)
    .map(({ name, calls, ms }) => `${name} ${ms.toFixed(1)} (${calls})`)
  console.log(
    `${name.padEnd(10)} ${result.median.toFixed(1)} ms a step (min ${result.min.toFixed(1)}), forward ${result.forwardMin.toFixed(1)}, ${result.examplesPerSecond.toFixed(0)} examples/s; ${dearest.join(', ')}`,
  )
}
if (values.json) console.log(JSON.stringify({ device: engine.device, batchSize, results }))
