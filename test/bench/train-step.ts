import { parseArgs } from 'node:util'
import { z } from 'zod'
import { random } from '../../shared/random.ts'
import { deviceName, type ModelSpec, modelSpec, optimizerSpec } from '../../shared/run/spec.ts'
import { selectEngine } from '../../src-main/engine/select.ts'
import * as tf from '../../src-main/engine/tf.ts'
import { loadWebgpu } from '../../src-main/engine/webgpu/load.ts'
import type { Batch } from '../../src-main/trainer/batches.ts'
import { buildModel, type Model } from '../../src-main/trainer/models/index.ts'
import { createOptimizer } from '../../src-main/trainer/optimizers/index.ts'
import { trainStep } from '../../src-main/trainer/step.ts'
import { benchModels } from './benchModels.ts'
import { type Dispatches, dispatchesOf } from './webgpuDispatches.ts'

/*
 * Milliseconds of one training step, and where they go:
 *   node test/bench/train-step.ts [--json] [--device auto|webgpu|simd|wasm|cpu] [--model mlp,cnn]
 *     [--batch 128] [--steps 4]
 * Of webgpu it tells the dispatches of a step too, what each program takes on the GPU, and what giving them takes here.
 */

const subjects: Readonly<Record<string, { spec: unknown; shape: readonly number[]; steps: number }>> = {
  softmax: { ...benchModels.softmax, steps: 60 },
  mlp: { ...benchModels.mlp, steps: 60 },
  cnn: { ...benchModels.cnn, steps: 20 },
  'resnet-8': { spec: { kind: 'resnet', depth: 8 }, shape: [32, 32, 3], steps: 6 },
  resnet20: { ...benchModels.resnet20, steps: 4 },
  wrn16x4: { ...benchModels.wrn16x4, steps: 2 },
}
/** Takes a minute and more on a processor: by name only there. */
const large = 'wrn16x4'

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
  /** Of webgpu. */
  readonly dispatches?: Dispatches
  /** Milliseconds of a step when as many are under way as in a run. */
  readonly running?: number
}

/** As in runs on it; see engine/select.ts. */
interface Device {
  readonly isWebgpu: boolean
  readonly stepsAhead: number
}

async function measure(
  name: string,
  spec: ModelSpec,
  { shape, steps }: { readonly shape: readonly number[]; readonly steps: number },
  { isWebgpu, stepsAhead }: Device,
): Promise<Result> {
  const model = await buildModel(spec, { shape, classes: 10 }, 1)
  const optimizer = createOptimizer(optimizerSpec.parse({ kind: 'sgd', nesterov: true, weightDecay: 5e-4 }))
  const batch = randomBatch(shape)
  const step = (at: number) =>
    trainStep(model, optimizer, batch, { lr: 0.01 }, { step: at, seed: 1 }, { labelSmoothing: 0 })
  const forward = (at: number) => forwardOnly(model, batch, at)
  for (let at = 0; at < 3; at++) await step(at)
  const whole = await times(steps, step)
  const ahead = await times(steps, forward)
  const more = isWebgpu
    ? {
        kernels: [],
        running: await runningTime(steps, stepsAhead, step),
        dispatches: await dispatchesOf(() => step(steps)),
      }
    : { kernels: await profile(() => step(steps)) }
  tf.dispose([batch.x, batch.y])
  optimizer.dispose()
  model.dispose()
  return {
    model: name,
    parameters: model.parameterCount,
    ...whole,
    forwardMedian: ahead.median,
    forwardMin: ahead.min,
    examplesPerSecond: (batchSize * 1000) / (more.running ?? whole.median),
    ...more,
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

/** Of each step in a row, as many under way as in a run, until the last one's numbers are there. */
async function runningTime(
  count: number,
  stepsAhead: number,
  work: (at: number) => Promise<unknown>,
): Promise<number> {
  const row = Math.max(count, stepsAhead + 1)
  const underWay: Promise<unknown>[] = []
  const begun = performance.now()
  for (let at = 0; at < row; at++) {
    underWay.push(work(at))
    if (underWay.length > stepsAhead) await underWay.shift()
  }
  await Promise.all(underWay)
  return (performance.now() - begun) / row
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

/** Such as "322 dispatches, 0.021 ms each here and 0.034 ms on the GPU" */
function inWords({ count, hostMs, tapeMs, gpuMs, programs }: Dispatches): string {
  const onGpu = gpuMs === undefined ? '' : ` and ${(gpuMs / count).toFixed(4)} ms on the GPU`
  const rows = programs.map(({ name, calls, ms }) =>
    [
      name.padEnd(32),
      String(calls).padStart(4),
      ...(ms === undefined ? [] : [ms.toFixed(3).padStart(10)]),
    ].join(' '),
  )
  return [
    `  ${count} dispatches of ${(hostMs / count).toFixed(4)} ms here${onGpu}; together ${hostMs.toFixed(2)} ms here (on the tape ${tapeMs.toFixed(2)})${gpuMs === undefined ? ', and the GPU does not tell its times' : ` and ${gpuMs.toFixed(1)} ms on the GPU`}`,
    ...rows.map((row) => `    ${row}`),
  ].join('\n')
}

function inLine({ model, median, min, forwardMin, examplesPerSecond, running, kernels }: Result): string {
  const dearest = kernels.slice(0, 5).map(({ name, calls, ms }) => `${name} ${ms.toFixed(1)} (${calls})`)
  return [
    `${model.padEnd(10)} ${median.toFixed(1)} ms a step alone (min ${min.toFixed(1)})`,
    ...(running === undefined ? [] : [`${running.toFixed(1)} in a row of steps`]),
    `forward ${forwardMin.toFixed(1)}`,
    `${examplesPerSecond.toFixed(0)} examples/s${dearest.length === 0 ? '' : `; ${dearest.join(', ')}`}`,
  ].join(', ')
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    device: { type: 'string', default: 'auto' },
    model: { type: 'string' },
    steps: { type: 'string' },
    batch: { type: 'string', default: '128' },
  },
})
const batchSize = z.coerce.number().int().min(1).parse(values.batch)
const mostSteps = z.coerce.number().int().min(1).optional().parse(values.steps)
const names = z.array(z.enum(Object.keys(subjects))).optional()
const named = names.parse(values.model?.split(','))
const engine = await selectEngine(deviceName.parse(values.device))
const isWebgpu = engine.name === 'webgpu'
// Once more, on a device that tells when commands begin and end.
if (isWebgpu) await loadWebgpu({ timed: true })
if (!values.json) console.log(`${engine.device}, batch ${batchSize}`)
const results: Result[] = []
for (const [name, subject] of Object.entries(subjects)) {
  if (named === undefined ? name === large && !isWebgpu : !named.includes(name)) continue
  const device = { isWebgpu, stepsAhead: engine.stepsAhead }
  const { spec, shape, steps } = subject
  const result = await measure(name, modelSpec.parse(spec), { shape, steps: mostSteps ?? steps }, device)
  results.push(result)
  if (values.json) continue
  console.log(inLine(result))
  if (result.dispatches !== undefined) console.log(inWords(result.dispatches))
}
if (values.json) console.log(JSON.stringify({ device: engine.device, batchSize, results }))
// Dawn's threads would keep the process.
process.exit()
