import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Predictions, StoredTensor, TrainerEventOf, TrainerState } from '../../../shared/run/messages.ts'
import { parseRunSpec } from '../../../shared/run/spec.ts'
import { openStore, type StoreOptions } from '../../../src-main/store/index.ts'
import type { NewRun, RunRecord, Store } from '../../../src-main/store/types.ts'
import { weightsSha256 } from '../../../src-main/weightsSha256.ts'

export const spec = parseRunSpec({
  name: 'A run',
  schedule: { kind: 'constant', lr: 0.1 },
  budget: { steps: 1000 },
})

export const newRun: NewRun = {
  spec,
  datasetId: '0123456789abcdef',
  plan: { totalSteps: 1000, stepsPerEpoch: 100, scheduleSteps: 1000 },
  totalSteps: 1000,
}

const cleanups = new WeakMap<TestContext, (() => void | Promise<void>)[]>()

/** Does something after the test, the last first: files can only go when nobody has them open. */
export function afterwards(t: TestContext, work: () => void | Promise<void>): void {
  const known = cleanups.get(t)
  if (known !== undefined) {
    known.push(work)
    return
  }
  const list = [work]
  cleanups.set(t, list)
  t.after(async () => {
    for (const cleanup of list.toReversed()) await cleanup()
  })
}

/** A folder that goes with the test. */
export function tempFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'anneal-store-'))
  afterwards(t, () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** A store of its own file, closed after the test. */
export function tempStore(t: TestContext, options?: StoreOptions): Store {
  return openFor(t, join(tempFolder(t), 'lab.db'), options)
}

export function openFor(t: TestContext, path: string, options?: StoreOptions): Store {
  const store = openStore(path, options)
  let closed = false
  const close = (): void => {
    if (!closed) store.close()
    closed = true
  }
  afterwards(t, close)
  return { ...store, close }
}

export function putDataset(store: Store): void {
  store.write.putDataset({
    id: newRun.datasetId,
    name: 'digits',
    folder: '/data/digits',
    meta: { classes: 10 },
  })
}

/** A run that this store's host has begun. */
export function claimedRun(store: Store, run: Partial<NewRun> = {}): RunRecord {
  putDataset(store)
  return store.write.claimRun(store.write.createRun({ ...newRun, ...run }).id)
}

/** A repeatable number for a step of a series. */
export const valueAt = (series: number, step: number): number =>
  Math.sin(step * 12.9898 + series) * 43758.5453

const NAMES = ['lr', 'momentum', 'loss', 'accuracy']

export function metrics(
  run: RunRecord,
  seq: number,
  firstStep: number,
  count: number,
  names: readonly string[] = NAMES,
): TrainerEventOf<'metrics'> {
  const column = (series: number) =>
    Float64Array.from({ length: count }, (_, i) => valueAt(series, firstStep + i))
  return {
    type: 'metrics',
    runId: run.id,
    attempt: run.attempt,
    seq,
    firstStep,
    columns: Object.fromEntries(names.map((name, i) => [name, column(i)])),
    samplesPerSecond: 1000 + firstStep,
  }
}

export function epoch(run: RunRecord, seq: number, number: number): TrainerEventOf<'epoch'> {
  return {
    type: 'epoch',
    runId: run.id,
    attempt: run.attempt,
    seq,
    epoch: number,
    step: number * 100 - 1,
    trainLoss: 1 / number,
    trainAccuracy: 1 - 1 / (number + 1),
    valLoss: 2 / number,
    valAccuracy: 0.5,
    testLoss: null,
    testAccuracy: null,
    seconds: 1.5,
    trainingSeconds: 1.5,
  }
}

export function tensor(
  name: string,
  values: number,
  seed: number,
  role: StoredTensor['role'] = 'weight',
): StoredTensor {
  const data = Float32Array.from({ length: values }, (_, i) => Math.fround(valueAt(seed, i)))
  return { name, role, shape: [values], data: new Uint8Array(data.buffer) }
}

export function state(stepsDone: number, values = 100): TrainerState {
  return {
    position: {
      stepsDone,
      epoch: { lossSum: 0.1 + stepsDone, correct: 3, examples: 7 },
      feedback: { best: 0.25, bad: 2 },
      optimizerScalars: { beta1Product: 0.9 ** stepsDone },
    },
    tensors: [
      tensor('dense/kernel', values, stepsDone),
      tensor('dense/kernel', values, -stepsDone, 'optimizer'),
    ],
  }
}

export const predictions = (part: Predictions['part'], seed: number): Predictions => ({
  part,
  classes: 3,
  probs: Float32Array.from({ length: 12 }, (_, i) => Math.fround(Math.abs(valueAt(seed, i) % 1))),
  labels: Uint16Array.from([0, 1, 2, 1]),
})

export function snapshot(
  run: RunRecord,
  seq: number,
  cycle: number,
  step: number,
  values = 100,
): TrainerEventOf<'snapshot'> {
  return {
    type: 'snapshot',
    runId: run.id,
    attempt: run.attempt,
    seq,
    cycle,
    step,
    lr: 0.01,
    weightsSha256: weightsSha256(state(step + 1, values).tensors),
    normalisation: { mean: [0.5], std: [0.25] },
    state: state(step + 1, values),
    valLoss: 0.5,
    valAccuracy: 0.8,
    testLoss: 0.6,
    testAccuracy: 0.7,
    predictions: [predictions('validation', step), predictions('test', -step)],
  }
}

export function ended(
  run: RunRecord,
  seq: number,
  status: 'completed' | 'stopped' | 'failed' = 'completed',
): TrainerEventOf<'ended'> {
  return {
    type: 'ended',
    runId: run.id,
    attempt: run.attempt,
    seq,
    status,
    stepsDone: 1000,
    weightsSha256: 'final-sha',
    ...(status === 'failed' && { reason: 'the loss was not finite at step 7 with rate 0.1' }),
  }
}

/** Every point of a series, from its chunks. */
export function allPoints(
  store: Store,
  runId: string,
  series: string,
): { steps: number[]; values: number[] } {
  const chunks = [...store.read.chunks(runId, series)]
  return {
    steps: chunks.flatMap((chunk) => [...chunk.steps]),
    values: chunks.flatMap((chunk) => [...chunk.values]),
  }
}
