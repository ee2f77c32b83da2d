/*
 * A sweep of small networks on the shipped images, through the queue with real trainers: runs an hour with one slot, which
 * has all threads of the processor, and with two, which share them. The two take turns, so that what else the machine does
 * falls on both. --runs says how many runs each turn has, --turns how many turns.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openCore } from '../../src-main/core.ts'
import { type Figure, percentile, report } from './store-support.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '8' },
    turns: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
})
const [runs, turns] = [Number(values.runs), Number(values.turns)]
const home = mkdtempSync(join(tmpdir(), 'anneal-slots-'))
const core = openCore({ home, db: join(home, 'anneal.db') })

/** Seconds of a study of so many runs. */
async function seconds(slots: number, epochs: number): Promise<number> {
  core.store.write.putSlots({ processor: slots, graphics: 1 })
  const start = performance.now()
  const id = await core.studies.launch({
    kind: 'sweep',
    base: {
      model: { kind: 'mlp', hidden: [64] },
      schedule: { kind: 'cosine', lrStart: 0.05 },
      budget: { epochs },
      device: 'simd',
    },
    axes: [{ path: 'schedule.lrStart', values: { from: 0.01, to: 0.1, count: runs } }],
  })
  while (core.store.read.study(id).study.status !== 'finished') await delay(20)
  const { counts } = core.store.read.study(id).study
  if (counts.completed !== runs) throw new Error(`of ${runs} runs ${counts.completed} completed`)
  return (performance.now() - start) / 1000
}

const figures: Figure[] = []
try {
  core.runs.workOnQueue()
  await seconds(1, 1)
  for (const epochs of [1, 10]) {
    const times: Record<1 | 2, number[]> = { 1: [], 2: [] }
    for (let turn = 0; turn < turns; turn++)
      for (const slots of [1, 2] as const) times[slots].push(await seconds(slots, epochs))
    const [one, two] = [percentile(times[1], 0.5), percentile(times[2], 0.5)]
    const what = `runs of ${epochs} epoch${epochs === 1 ? '' : 's'}`
    figures.push(
      { name: `${what}, one slot`, value: (3600 * runs) / one, unit: 'runs an hour' },
      { name: `${what}, two slots`, value: (3600 * runs) / two, unit: 'runs an hour' },
      { name: `${what}, two against one`, value: one / two, unit: 'times' },
    )
  }
} finally {
  await core.close()
  rmSync(home, { recursive: true, force: true })
}
report(`A sweep of small networks on ${availableParallelism()} threads, medians of ${turns} turns`, figures)
