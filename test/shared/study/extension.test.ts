import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Extension, extendStudy } from '../../../shared/study/extension.ts'
import { type PlannedStudy, planStudy } from '../../../shared/study/planStudy.ts'
import { nextStage } from '../../../shared/study/stages.ts'
import { host } from './host.ts'
import { ended } from './outcomes.ts'

const base = { schedule: { kind: 'cosine', lrStart: 0.1 }, budget: { epochs: 2 } }
const sweep = (more: object = {}) => ({
  kind: 'sweep',
  base,
  axes: [
    { path: 'schedule.lrStart', values: [0.1, 0.2] },
    { path: 'batchSize', values: { from: 64, to: 128, count: 3 } },
  ],
  ...more,
})
const extend = (study: PlannedStudy, extension: Extension) =>
  extendStudy(study.spec, study.cells, extension, host)
const settings = (cells: readonly { readonly settings: object; readonly seed: number }[]) =>
  cells.map((cell) => [...Object.values(cell.settings), cell.seed])

test('more values of an axis complete the grid, and change no cell that is there', async () => {
  const study = await planStudy(sweep(), host)
  const more = await extend(study, { values: [{ path: 'batchSize', values: [32, 64] }] })
  assert.deepEqual(settings(more.cells), [
    [0.1, 32, 1],
    [0.2, 32, 1],
  ])
  const whole = await planStudy(more.spec, host)
  const before = study.cells.map(({ key }) => key)
  assert.deepEqual(
    whole.cells.map(({ key }) => key).toSorted(),
    [...before, ...more.cells.map(({ key }) => key)].toSorted(),
  )
})

test('more seeds for all settings, and for those of some cells', async () => {
  const study = await planStudy(sweep(), host)
  const all = await extend(study, { seeds: [2, 3] })
  assert.equal(all.cells.length, 12)
  const [first] = study.cells
  const some = await extend(study, { seeds: [2], of: [first?.key ?? ''] })
  assert.deepEqual(settings(some.cells), [[0.1, 64, 2]])
  assert.ok(all.cells.some(({ key }) => key === some.cells[0]?.key))
})

test('values around the best: its settings with each of them, with all its seeds', async () => {
  const study = await planStudy(sweep({ seeds: [1, 2] }), host)
  const best = study.cells.find((cell) => cell.settings['schedule.lrStart'] === 0.2)
  const more = await extend(study, {
    values: [{ path: 'schedule.lrStart', values: [0.15, 0.3] }],
    of: [best?.key ?? ''],
  })
  assert.deepEqual(settings(more.cells), [
    [0.15, 64, 1],
    [0.15, 64, 2],
    [0.3, 64, 1],
    [0.3, 64, 2],
  ])
})

test('a search that draws gets more cells, and no values but for the settings of some', async () => {
  const study = await planStudy(sweep({ search: { method: 'random', cells: 4 } }), host)
  const more = await extend(study, { cells: 6 })
  assert.equal(more.cells.length, 2)
  await assert.rejects(
    extend(study, { values: [{ path: 'batchSize', values: [32] }] }),
    /axis batchSize: the values of a random search are drawn \(received \[32\]\); ask for more cells/,
  )
  const around = await extend(study, {
    values: [{ path: 'batchSize', values: [32] }],
    of: [study.cells[0]?.key ?? ''],
  })
  assert.equal(around.cells.length, 1)
})

test('more seeds of a tuned study are run with the factor that was found', async () => {
  const study = await planStudy(
    {
      kind: 'budget',
      base: { budget: { epochs: 10 } },
      schedules: [{ preset: 'rex' }],
      budgets: [1],
      seeds: [1],
      rates: { mode: 'tuned', factors: [0.5, 1] },
    },
    host,
  )
  const tuning = study.cells.map((cell) => ended(cell, cell.settings.rateFactor === 0.5 ? 0.9 : 0.8))
  const runs = await nextStage(study.spec, tuning, host)
  const cells = [...tuning, ...runs.map((cell) => ended(cell, 0.9))]
  const { spec, cells: added } = await extendStudy(study.spec, cells, { seeds: [2] }, host)
  assert.deepEqual(added, [])
  const next = await nextStage(spec, cells, host)
  assert.deepEqual(
    next.map(({ seed, settings: { rateFactor } }) => [seed, rateFactor]),
    [[2, 0.5]],
  )
  const some = await extendStudy(study.spec, cells, { seeds: [2], of: [runs[0]?.key ?? ''] }, host)
  assert.deepEqual(
    some.cells,
    next.map((cell) => ({ ...cell })),
  )
})

test('refused in one sentence: what adds nothing, an axis that is none, a cell that is none', async () => {
  const study = await planStudy(sweep(), host)
  await assert.rejects(extend(study, { values: [{ path: 'batchSize', values: [64] }] }), /adds no run/)
  await assert.rejects(
    extend(study, { values: [{ path: 'labelSmoothing', values: [0.1] }] }),
    /axis labelSmoothing: the study has no such axis .* its axes are schedule.lrStart, batchSize/,
  )
  await assert.rejects(extend(study, { seeds: [2], of: ['x'] }), /of: the study has no cell "x"/)
  await assert.rejects(extend(study, { cells: 9 }), /only a random or quasi-random search draws them/)
  await assert.rejects(
    extend(study, { values: [{ path: 'batchSize', values: [0] }] }),
    /axis batchSize: must be at least 1 \(received 0\)/,
  )
})
