/*
 * A study of 1,000 cells on the host: planned, launched, opened, listed, followed as its runs train, and asked for the next
 * run to start; beside one of 20 cells, where the cost of an update must be the same.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServices } from '../../src-main/api/index.ts'
import { openCore } from '../../src-main/core.ts'
import type { RunRecord } from '../../src-main/store/types.ts'
import { type Figure, metricsEvent, percentile, report } from './store-support.ts'

const figures: Figure[] = []
const home = mkdtempSync(join(tmpdir(), 'anneal-studies-'))
const open = () => openCore({ home, db: join(home, 'anneal.db') })
const sweep = (rates: number) => ({
  kind: 'sweep',
  base: { schedule: { kind: 'sgdr', lrMax: 0.05, t0: 2 }, budget: { epochs: 10 }, device: 'simd' },
  axes: [{ path: 'schedule.lrMax', values: { from: 0.001, to: 1, count: rates, scale: 'log' } }],
  seeds: Array.from({ length: 10 }, (_, i) => i + 1),
})

async function timed<T>(work: () => T | Promise<T>): Promise<[milliseconds: number, result: T]> {
  const start = performance.now()
  const result = await work()
  return [performance.now() - start, result]
}

/** Milliseconds from a trainer's metrics to what a page of the study and the list of studies are told. */
async function updateTime(core: ReturnType<typeof open>, id: string): Promise<number> {
  const run: RunRecord = core.store.write.claimRun(core.store.read.study(id).cells[3]?.runId ?? '')
  const times: number[] = []
  for (let seq = 0; seq < 200; seq++) {
    const version = core.store.read.version()
    core.store.record([metricsEvent(run, seq, seq * 10, 10, ['lr', 'loss', 'accuracy'])])
    const [time, cells] = await timed(() => {
      core.store.read.studiesSince(version)
      return core.store.read.studySince(id, version)?.cells
    })
    if (cells?.length !== 1) throw new Error('an update is of one cell')
    times.push(time)
  }
  core.store.write.setStatus(run.id, 'stopped')
  return percentile(times, 0.5)
}

try {
  const core = open()
  // The shipped data set is stored on first use, which is none of a study's time.
  await core.catalogue.list()
  const small = await core.studies.launch(sweep(2))
  const [planning, plan] = await timed(() => core.studies.plan(sweep(100)))
  if (plan.runs !== 1000) throw new Error(`there are ${plan.runs} runs`)
  const [launching, id] = await timed(() => core.studies.launch(sweep(100)))
  const newcomer = open()
  const services = createServices(newcomer, 'browser')
  const [opening, text] = await timed(() => JSON.stringify(services.studies.get(id)))
  const [listing] = await timed(() => JSON.stringify(services.studies.list()))
  await newcomer.close()
  const fresh = open()
  const [coldListing] = await timed(() => JSON.stringify(createServices(fresh, 'browser').studies.list()))
  await fresh.close()
  const [claiming] = await timed(() => core.store.write.claimQueuedRun())
  const [idle] = await timed(() => core.store.write.claimQueuedRun())
  const [few, many] = [await updateTime(core, small), await updateTime(core, id)]
  figures.push(
    { name: 'planning 1,000 cells', value: planning, unit: 'ms', atMost: 2000 },
    { name: 'launching them', value: launching, unit: 'ms', atMost: 2000 },
    { name: 'opening the study, by a program that begins with it', value: opening, unit: 'ms', atMost: 1000 },
    { name: 'what the page is sent', value: text.length / 1e6, unit: 'MB' },
    { name: 'the list of studies beside it', value: listing, unit: 'ms', atMost: 100 },
    {
      name: 'the list of studies, by a program that begins with it',
      value: coldListing,
      unit: 'ms',
      atMost: 1000,
    },
    { name: 'the next run to start', value: claiming, unit: 'ms', atMost: 100 },
    { name: 'none to start, as it is asked every second', value: idle, unit: 'ms', atMost: 50 },
    { name: 'an update of a study of 20 cells: median', value: few, unit: 'ms', atMost: 5 },
    { name: 'an update of one of 1,000: median', value: many, unit: 'ms', atMost: 5 },
    { name: 'the second by the first', value: many / few, unit: 'times', atMost: 2 },
  )
  await core.close()
} finally {
  rmSync(home, { recursive: true, force: true })
}
report('A study of 1,000 cells', figures)
