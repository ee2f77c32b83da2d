import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { random } from '../../shared/random.ts'
import { type Core, openCore } from '../../src-main/core.ts'
import { cloudsCsv, type Lab, makeLab, until } from './lab.ts'

/*
 * Kill -9 of the host at random moments of a study of two rungs, again and again. Whoever works on the queue next carries it
 * on, and in the end it has exactly the cells of a study that nobody killed, each with the same bits. ANNEAL_KILLS sets how
 * many kills there are.
 */

const kills = Number(process.env.ANNEAL_KILLS ?? 2)
const hostProgram = fileURLToPath(new URL('./studyHost.ts', import.meta.url))
const spec = {
  kind: 'sweep',
  base: {
    dataset: { name: 'clouds' },
    model: { kind: 'mlp', hidden: [24] },
    schedule: { kind: 'sgdr', lrMax: 0.01, t0: 1 },
    batchSize: 4,
    budget: { epochs: 2 },
    device: 'cpu',
  },
  axes: [{ path: 'schedule.lrMax', values: [0.003, 0.01, 0.03] }],
  halving: { rungs: [0.5, 1], keep: 0.34 },
  slots: 2,
}
const [cells, steps] = [4, 3 * 250 + 500]

let lab: Lab
let core: Core

before(async () => {
  lab = makeLab()
  core = openCore({ home: lab.home, db: lab.database })
  const csv = lab.write('clouds.csv', cloudsCsv(1430))
  await core.catalogue.import({ format: 'csv', path: csv, label: 'cloud', name: 'clouds' })
})
after(async () => {
  await core.close()
  lab.remove()
})

test(`a study whose host is killed ${kills} times loses no cell and makes none twice`, async () => {
  const unharmed = await core.studies.launch(spec)
  const host = await startHost()
  await reachesEnd(unharmed)
  await kill(host)
  const expected = contents(unharmed)
  assert.equal(expected.length, cells)
  assert.ok(expected.every(({ status }) => status === 'completed'))

  const id = await core.studies.launch(spec)
  const moments = Array.from({ length: kills }, (_, i) => random(11, 'kill a study', i).below(steps)).sort(
    (a, b) => a - b,
  )
  for (const moment of moments) {
    const victim = await startHost()
    await until(`${moment} steps of the study`, () => stepsOf(id) >= moment || undefined)
    await kill(victim)
  }
  const last = await startHost()
  await reachesEnd(id)
  await kill(last)
  assert.deepEqual(contents(id), expected)
  const own = core.store.read.runs().filter(({ studyId }) => studyId === id)
  assert.equal(own.length, cells, 'no run beside its cells')
})

async function startHost(): Promise<ChildProcess> {
  const host = spawn(process.execPath, [hostProgram, lab.home], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(host.stdout, 'data')
  return host
}

async function kill(host: ChildProcess): Promise<void> {
  const gone = once(host, 'exit')
  host.kill('SIGKILL')
  await gone
}

const reachesEnd = (id: string) =>
  until(`study ${id} to end`, () => core.store.read.study(id).study.status === 'finished' || undefined)

const stepsOf = (id: string): number =>
  core.store.read.study(id).cells.reduce((sum, cell) => sum + cell.steps, 0)

/** What a study came to, apart from ids and times. */
const contents = (id: string) =>
  core.store.read
    .study(id)
    .cells.map(({ runId, seconds: _, ...cell }) => ({
      ...cell,
      weights: core.store.read.run(runId).finalWeightsSha256,
    }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ ordinal: _, ...cell }) => cell)
