import path from 'node:path'
import { z } from 'zod'
import { importTensorboard } from '../../../src-main/elsewhere/tensorboard.ts'
import type { RunRecord, StoreReads } from '../../../src-main/store/types.ts'
import { type Check, greatestDifference, type Verdict } from '../check.ts'
import type { Environment } from '../environment.ts'
import { eventScalars, pythonNumber } from './tensorboard.ts'

/** Logs of PyTorch's SummaryWriter, with a restart, and of Keras' callback are read as TensorBoard itself reads them. */
export const eventFilesIn: Check = async (environment, { core, folder }) => {
  const logs = folder('logs')
  await environment.ask('writeEvents.py', { folder: logs }, z.object({}))
  const read = core.store.read
  const byName = async (name: string): Promise<RunRecord> => {
    const [run] = await importTensorboard(core.store, { path: path.join(logs, name), tagRoles: {} })
    if (run === undefined) throw new Error(`no run was read from ${name}`)
    return run
  }
  const torch = await byName('torch')
  const keras = await byName('keras')
  const wantTorch = await scalarsOf(environment, path.join(logs, 'torch'))
  const wantTrain = await scalarsOf(environment, path.join(logs, 'keras/train'))
  const wantValidation = await scalarsOf(environment, path.join(logs, 'keras/validation'))
  return [
    compare('logs of a SummaryWriter that was restarted', [
      [series(read, torch, 'loss'), wantTorch('train/loss')],
      [series(read, torch, 'lr'), wantTorch('lr-SGD')],
      [epochs(read, torch, 'valAccuracy'), wantTorch('val/acc')],
    ]),
    compare("logs of Keras' TensorBoard callback", [
      [series(read, keras, 'loss'), wantTrain('epoch_loss')],
      [epochs(read, keras, 'valAccuracy'), wantValidation('epoch_accuracy')],
      [epochs(read, keras, 'valLoss'), wantValidation('epoch_loss')],
    ]),
  ]
}

interface Points {
  readonly steps: readonly number[]
  readonly values: readonly number[]
}

async function scalarsOf(environment: Environment, folder: string): Promise<(tag: string) => Points> {
  const { scalars } = await environment.ask('eventFile.py', { folder }, eventScalars)
  return (tag) => ({
    steps: scalars[tag]?.steps ?? [],
    values: (scalars[tag]?.values ?? []).map(pythonNumber),
  })
}

function series(read: StoreReads, { id }: RunRecord, name: string): Points {
  const chunks = [...read.chunks(id, name)]
  return {
    steps: chunks.flatMap(({ steps }) => [...steps]),
    values: chunks.flatMap(({ values }) => [...values]),
  }
}

function epochs(read: StoreReads, { id }: RunRecord, score: 'valAccuracy' | 'valLoss'): Points {
  const scored = read.epochs(id).filter((epoch) => epoch[score] !== null)
  return {
    steps: scored.map(({ step }) => step),
    values: scored.map((epoch) => epoch[score] ?? Number.NaN),
  }
}

function compare(what: string, pairs: readonly (readonly [got: Points, want: Points])[]): Verdict {
  const count = pairs.reduce((sum, [, want]) => sum + want.steps.length, 0)
  const differences = pairs.flatMap(([got, want]) => [
    want.steps.length === 0 ? Number.POSITIVE_INFINITY : 0,
    greatestDifference(got.steps, want.steps),
    greatestDifference(got.values, want.values),
  ])
  return {
    what,
    by: 'tensorboard',
    compared: `${count} points`,
    difference: Math.max(...differences),
    limit: 0,
  }
}
