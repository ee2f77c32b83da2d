import { join } from 'node:path'
import { z } from 'zod'
import { type Random, random } from '../../shared/random.ts'
import type { Predictions, TrainerEvent } from '../../shared/run/messages.ts'
import { buildTimetable } from '../../shared/run/plan.ts'
import { parseRunSpec, type RunSpec } from '../../shared/run/spec.ts'
import { createCatalogue } from '../../src-main/datasets/index.ts'
import { openStore } from '../../src-main/store/index.ts'
import type { RunRecord, Store } from '../../src-main/store/types.ts'
import { weightsSha256 } from '../../src-main/weightsSha256.ts'

/*
 * A lab with as many runs as a year of work leaves, and one run of very many steps, written through the store as a
 * trainer's events are. The curves have the shape of training, the numbers are drawn.
 */

export interface SeededLab {
  readonly home: string
  readonly database: string
  /** The run with very many steps. */
  readonly longRunId: string
}

export interface SeedSizes {
  readonly runs: number
  readonly longRunSteps: number
}

const stepsPerEpoch = 168
const epochs = 12
const examples = 40

export async function seedLab(home: string, sizes: SeedSizes): Promise<SeededLab> {
  const database = join(home, 'anneal.db')
  const { meta, folder } = await createCatalogue(home).resolve('fashion-mnist-12k')
  const store = openStore(database)
  try {
    store.write.putDataset({ id: meta.id, name: meta.name, folder, meta: z.json().parse(meta) })
    const rng = random(7, 'seeded lab')
    for (let i = 0; i < sizes.runs; i++) seedRun(store, meta.id, specOf(i, rng), rng)
    return { home, database, longRunId: seedLongRun(store, meta.id, sizes.longRunSteps, rng) }
  } finally {
    store.close()
  }
}

const schedules = [
  { kind: 'sgdr', lrMax: 0.05, t0: 3, unit: 'epoch' },
  { kind: 'oneCycle', lrMax: 0.2 },
  { kind: 'snapshot', lrMax: 0.1, cycles: 4 },
  { kind: 'cyclical', lrMin: 0.001, lrMax: 0.1, stepUp: 2, unit: 'epoch' },
  { kind: 'rex', lrStart: 0.1 },
  { kind: 'cosine', lrStart: 0.05 },
  { kind: 'multiStep', lr: 0.1, milestones: [0.5, 0.75], gamma: 0.1, unit: 'budget' },
]
const models = [
  { kind: 'mlp', hidden: [256] },
  { kind: 'cnn', filters: [8, 16] },
  { kind: 'resnet', depth: 20 },
]

function specOf(i: number, rng: Random): RunSpec {
  return parseRunSpec({
    name: `study ${Math.floor(i / 50) + 1}, run ${(i % 50) + 1}`,
    dataset: { name: 'fashion-mnist-12k' },
    model: models[i % models.length],
    optimizer: i % 4 === 0 ? { kind: 'adamw' } : { kind: 'sgd', momentum: 0.9 },
    schedule: schedules[rng.below(schedules.length)],
    batchSize: 64,
    budget: { epochs },
    seed: i + 1,
  })
}

/** One finished run, with what its trainer would have sent. */
function seedRun(store: Store, datasetId: string, spec: RunSpec, rng: Random): void {
  const plan = { totalSteps: stepsPerEpoch * epochs, stepsPerEpoch, scheduleSteps: stepsPerEpoch * epochs }
  const training = buildTimetable(spec, { plan, edits: [] })
  const created = store.write.createRun({ spec, datasetId, plan, totalSteps: training.totalSteps })
  const run = store.write.claimRun(created.id)
  const level = 0.8 + 0.12 * rng.next()
  const quality = (done: number): number => level * (1 - Math.exp((-4 * done) / training.totalSteps))
  const events: TrainerEvent[] = []
  const envelope = () => ({ runId: run.id, attempt: run.attempt, seq: events.length })
  events.push({
    ...envelope(),
    type: 'ready',
    deviceName: 'simd',
    device: 'WebAssembly SIMD, 1 thread',
    reason: 'seeded',
    parameters: 100_000,
    totalSteps: training.totalSteps,
  })
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const firstStep = (epoch - 1) * stepsPerEpoch
    const steps = Array.from({ length: stepsPerEpoch }, (_, k) => firstStep + k)
    const accuracies = steps.map((step) => Math.min(1, quality(step) + 0.05 * (rng.next() - 0.5)))
    events.push({
      ...envelope(),
      type: 'metrics',
      firstStep,
      columns: {
        lr: Float64Array.from(steps, (step) => training.schedule.at(step).lr),
        momentum: Float64Array.from(steps, () => 0.9),
        loss: Float64Array.from(accuracies, (accuracy) => 2.3 * (1 - accuracy)),
        accuracy: Float64Array.from(accuracies),
      },
      samplesPerSecond: 4000,
    })
    const last = firstStep + stepsPerEpoch - 1
    const accuracy = quality(last)
    const parts = {
      valAccuracy: accuracy - 0.01,
      testAccuracy: accuracy - 0.02,
      valLoss: 2.3 * (1 - accuracy),
      testLoss: 2.35 * (1 - accuracy),
    }
    events.push({
      ...envelope(),
      type: 'epoch',
      epoch,
      step: last,
      trainLoss: 2.2 * (1 - accuracy),
      trainAccuracy: accuracy,
      ...parts,
      seconds: 3,
      trainingSeconds: 3,
    })
    for (const step of steps) {
      const cycle = training.snapshotAfter(step)
      if (cycle === undefined) continue
      events.push({
        ...envelope(),
        type: 'snapshot',
        cycle,
        step,
        ...snapshotOf(training.schedule.at(step).lr, accuracy, step, rng),
        ...parts,
      })
    }
  }
  events.push({ ...envelope(), type: 'ended', status: 'completed', stepsDone: training.totalSteps })
  if (!store.record(events)) throw new Error(`the events of run ${run.id} were refused`)
}

function snapshotOf(lr: number, accuracy: number, step: number, rng: Random) {
  const tensors = [{ name: 'dense/kernel', role: 'weight' as const, shape: [4, 4], data: new Uint8Array(64) }]
  return {
    lr,
    weightsSha256: weightsSha256(tensors),
    normalisation: { mean: [0.5], std: [0.25] },
    state: {
      position: {
        stepsDone: step + 1,
        epoch: { lossSum: 0, correct: 0, examples: 0 },
        optimizerScalars: { steps: step + 1 },
      },
      tensors,
    },
    predictions: [predictionsOf('validation', accuracy, rng), predictionsOf('test', accuracy, rng)],
  }
}

function predictionsOf(part: Predictions['part'], accuracy: number, rng: Random): Predictions {
  const classes = 10
  const labels = Uint16Array.from({ length: examples }, (_, i) => i % classes)
  const probs = new Float32Array(examples * classes).fill(0.02)
  for (const [i, label] of labels.entries()) {
    const guess = rng.next() < accuracy ? label : rng.below(classes)
    probs[i * classes + guess] = 1 - 0.02 * (classes - 1)
  }
  return { part, classes, probs, labels }
}

/** A run under way in no host: interrupted, with ten million steps and the like. */
function seedLongRun(store: Store, datasetId: string, steps: number, rng: Random): string {
  const spec = parseRunSpec({
    name: 'the long one',
    schedule: { kind: 'cyclical', lrMin: 0.001, lrMax: 0.1, stepUp: Math.round(steps / 20), unit: 'step' },
    budget: { steps },
  })
  const plan = { totalSteps: steps, stepsPerEpoch: 10_000, scheduleSteps: steps }
  const training = buildTimetable(spec, { plan, edits: [] })
  const { id } = store.write.createRun({ spec, datasetId, plan, totalSteps: steps })
  const run = store.write.claimRun(id)
  const block = 10_000
  for (let firstStep = 0, seq = 0; firstStep < steps; firstStep += block)
    store.record(
      longBlock(run, training.schedule.at, firstStep, Math.min(block, steps - firstStep), seq++, rng),
    )
  return id
}

function longBlock(
  run: RunRecord,
  at: (step: number) => { lr: number },
  firstStep: number,
  count: number,
  seq: number,
  rng: Random,
): TrainerEvent[] {
  const level = (step: number): number => 2.3 / (1 + step / 1e6)
  const column = (value: (step: number) => number) =>
    Float64Array.from({ length: count }, (_, k) => value(firstStep + k))
  const noise = (scale: number): number => scale * (rng.next() - 0.5)
  const envelope = { runId: run.id, attempt: run.attempt }
  const last = firstStep + count - 1
  const accuracy = 1 - level(last) / 2.6
  return [
    {
      ...envelope,
      seq: 2 * seq,
      type: 'metrics',
      firstStep,
      columns: {
        lr: column((step) => at(step).lr),
        momentum: column(() => 0.9),
        loss: column((step) => level(step) + noise(0.3)),
        accuracy: column((step) => 1 - level(step) / 2.5 + noise(0.1)),
      },
      samplesPerSecond: 20_000,
    },
    {
      ...envelope,
      seq: 2 * seq + 1,
      type: 'epoch',
      epoch: Math.floor(last / 10_000) + 1,
      step: last,
      trainLoss: level(last),
      trainAccuracy: accuracy,
      valLoss: level(last),
      valAccuracy: accuracy,
      testLoss: level(last),
      testAccuracy: accuracy,
      seconds: 60,
      trainingSeconds: 60,
    },
  ]
}
