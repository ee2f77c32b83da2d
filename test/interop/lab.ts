import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { random } from '../../shared/random.ts'
import { createPulse } from '../../src-main/api/pulse.ts'
import { createStudyServices } from '../../src-main/api/studies.ts'
import { type Core, openCore } from '../../src-main/core.ts'
import type { NpyArray } from '../../src-main/export/npy.ts'
import { npz } from '../../src-main/export/npz.ts'
import type { RunRecord } from '../../src-main/store/types.ts'
import { cloudsCsv } from '../e2e/lab.ts'
import { networks } from './networks.ts'

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

export async function openInteropLab(): Promise<InteropLab> {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-interop-'))
  const core = openCore({ home, db: path.join(home, 'anneal.db') })
  const csv = path.join(home, 'clouds.csv')
  writeFileSync(csv, cloudsCsv(300))
  await core.catalogue.import({ format: 'csv', path: csv, label: 'cloud' })
  const arrays = path.join(home, 'squares.npz')
  writeFileSync(arrays, Buffer.concat([...npz(squares(300))]))
  await core.catalogue.import({ format: 'numpy', path: arrays, name: 'squares' })
  const runs: RunRecord[] = []
  for (const { name, model, dataset } of networks) {
    process.stderr.write(`Training ${name}...\n`)
    const spec = { name, model, schedule, batchSize: 64, budget: { steps: 40 }, device: 'simd' }
    runs.push(
      await trained(core, dataset === undefined ? spec : { ...spec, ...large, dataset: { name: dataset } }),
    )
  }
  const table = {
    name: 'table',
    dataset: { name: 'clouds' },
    model: { kind: 'mlp', hidden: [8] },
    schedule,
    batchSize: 10,
    budget: { steps: 40 },
  }
  runs.push(await trained(core, table))
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

/** Of a large network few steps will do, and at a low rate: at a high one batch normalisation sets devices apart at once. */
const large = { batchSize: 32, budget: { steps: 8 }, schedule: { ...schedule, t0: 4, lrMax: 0.001 } }

/** Coloured images of 32×32, noise but for a bright square, by whose place they are told apart. */
function squares(count: number): Readonly<Record<'x' | 'y', NpyArray>> {
  const rng = random(1, 'squares')
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 4)
  const side = 32
  const pixels = Uint8Array.from({ length: count * side * side * 3 }, (_, at) => {
    const place = Math.floor(at / 3) % (side * side)
    const [row, column] = [Math.floor(place / side), place % side]
    const corner = (row < side / 2 ? 0 : 2) + (column < side / 2 ? 0 : 1)
    return rng.below(200) + (corner === labels[Math.floor(at / (3 * side * side))] ? 20 : 0)
  })
  return {
    x: { type: 'uint8', shape: [count, side, side, 3], pieces: [pixels] },
    y: { type: 'uint8', shape: [count], pieces: [labels] },
  }
}

/** @throws Error where it ended in another way than its budget's */
async function trained(core: Core, spec: unknown): Promise<RunRecord> {
  const { run } = await (await core.runs.launch(spec)).finished
  if (run.status === 'completed') return run
  throw new Error(`The run ${run.name} is ${run.status}: ${run.reason ?? 'nobody says why'}`)
}

/** Milliseconds: its four runs take seconds. */
const studyPatience = 600_000

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
  const end = AbortSignal.timeout(studyPatience)
  core.runs.workOnQueue(id)
  try {
    for await (const { value } of services.watch(id, undefined, end))
      if (value.study.status === 'finished') return id
  } finally {
    core.runs.leaveQueue()
  }
  const { study, cells } = core.store.read.study(id)
  const where = cells.map(({ runId, status, steps, reason }) =>
    [runId, status, steps, reason ?? ''].join(' '),
  )
  throw new Error(
    `The study was ${study.status} after ${studyPatience / 1000} s (${study.reason ?? 'no reason'}): ${where.join('; ')}`,
  )
}
