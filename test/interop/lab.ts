import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createPulse } from '../../src-main/api/pulse.ts'
import { createStudyServices } from '../../src-main/api/studies.ts'
import { type Core, openCore } from '../../src-main/core.ts'
import type { RunRecord } from '../../src-main/store/types.ts'
import { cloudsCsv } from '../e2e/lab.ts'

/** A lab with a short run of every kind of model, on real images and on a table. */
export interface InteropLab {
  readonly home: string
  readonly core: Core
  readonly runs: readonly RunRecord[]
  /** The id of a study that has ended. */
  readonly study: string
  /** A new folder inside of the lab's. */
  folder(name: string): string
  close(): Promise<void>
}

const schedule = {
  kind: 'sgdr',
  lrMax: 0.05,
  t0: 20,
  unit: 'step',
  momentum: { curve: 'inverse', low: 0.85, high: 0.95 },
}

const lenet = {
  kind: 'layers',
  topology: {
    class_name: 'Sequential',
    config: {
      layers: [
        [
          'Conv2D',
          {
            filters: 6,
            kernel_size: 5,
            padding: 'same',
            activation: 'tanh',
            batch_input_shape: [null, 28, 28, 1],
          },
        ],
        ['AveragePooling2D', { pool_size: 2 }],
        ['Conv2D', { filters: 16, kernel_size: 5, activation: 'tanh' }],
        ['AveragePooling2D', { pool_size: 2 }],
        ['Flatten', {}],
        ['Dense', { units: 84, activation: 'tanh' }],
        ['Dense', { units: 10, activation: 'softmax' }],
      ].map(([class_name, config]) => ({ class_name, config })),
    },
  },
}

const models: readonly (readonly [name: string, model: unknown])[] = [
  ['softmax', { kind: 'softmax' }],
  ['mlp', { kind: 'mlp', hidden: [64] }],
  ['cnn', { kind: 'cnn', filters: [8, 16], dense: 32 }],
  ['resnet-8', { kind: 'resnet', depth: 8 }],
  ['wrn-10-1', { kind: 'wrn', depth: 10, widen: 1 }],
  ['densenet-10-4', { kind: 'densenet', depth: 10, growth: 4 }],
  ['densenet-bc-10-4', { kind: 'densenet', depth: 10, growth: 4, bc: true }],
  ['lenet, own layers', lenet],
]

export async function openInteropLab(): Promise<InteropLab> {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-interop-'))
  const core = openCore({ home, db: path.join(home, 'anneal.db') })
  const csv = path.join(home, 'clouds.csv')
  writeFileSync(csv, cloudsCsv(300))
  await core.catalogue.import({ format: 'csv', path: csv, label: 'cloud' })
  const runs: RunRecord[] = []
  for (const [name, model] of models) {
    process.stderr.write(`Training ${name}...\n`)
    const spec = { name, model, schedule, batchSize: 64, budget: { steps: 40 }, device: 'simd' }
    runs.push((await (await core.runs.launch(spec)).finished).run)
  }
  const table = {
    name: 'table',
    dataset: { name: 'clouds' },
    model: { kind: 'mlp', hidden: [8] },
    schedule,
    batchSize: 10,
    budget: { steps: 40 },
  }
  runs.push((await (await core.runs.launch(table)).finished).run)
  const study = await trainStudy(core)
  return {
    home,
    core,
    runs,
    study,
    folder(name) {
      const folder = path.join(home, name)
      mkdirSync(folder, { recursive: true })
      return folder
    },
    async close() {
      await core.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Two rates, one of which diverges, with two seeds each. */
async function trainStudy(core: Core): Promise<string> {
  process.stderr.write('Training a study...\n')
  const id = await core.studies.launch({
    kind: 'sweep',
    base: {
      dataset: { name: 'clouds' },
      model: { kind: 'mlp', hidden: [8] },
      schedule,
      batchSize: 10,
      budget: { steps: 40 },
    },
    axes: [{ path: 'schedule.lrMax', values: [0.05, 1e6] }],
    seeds: [1, 2],
  })
  const services = createStudyServices(core, createPulse(core))
  const end = new AbortController()
  core.runs.workOnQueue(id)
  for await (const { value } of services.watch(id, undefined, end.signal))
    if (value.study.status === 'finished') end.abort()
  core.runs.leaveQueue()
  return id
}
