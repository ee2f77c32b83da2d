import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyOf, readKey, settingOf } from '../../../shared/study/cellKey.ts'
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

test('a value that is added looks like none that is there, and those keep their labels', async () => {
  const sgdr = (lrMin: number) => ({ kind: 'sgdr', lrMax: 0.1, t0: 1, lrMin })
  const study = await planStudy(
    { kind: 'sweep', base, axes: [{ path: 'schedule', values: [sgdr(0)] }] },
    host,
  )
  const [first] = study.cells
  for (const chosen of [undefined, [first?.key ?? '']]) {
    const { cells } = await extend(study, {
      values: [{ path: 'schedule', values: [sgdr(0.001)] }],
      of: chosen,
    })
    assert.equal(cells.length, 1)
    assert.notEqual(cells[0]?.settings.schedule, first?.settings.schedule)
    assert.notEqual(cells[0]?.spec.name, first?.spec.name)
  }
  const more = await extend(study, { values: [{ path: 'schedule', values: [sgdr(0.001)] }], seeds: [1, 2] })
  const labels = Map.groupBy([...study.cells, ...more.cells], ({ key }) => settingOf(key))
  assert.deepEqual(
    [...labels.values()].map((own) => new Set(own.map(({ settings }) => settings.schedule)).size),
    [1, 1],
  )
})

test('a study that grows has the limit of one that is launched', async () => {
  const seeds = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)
  const study = await planStudy(sweep(), host)
  const of = study.cells.map(({ key }) => key)
  const rule = (runs: number) =>
    new RegExp(
      `the extension: a study has at most 10000 runs, and this one has 6 already \\(received ${runs}\\); add fewer`,
    )
  await assert.rejects(extend(study, { seeds: seeds(1, 2000), of }), rule(12_000))
  await assert.rejects(extend(study, { seeds: seeds(2, 1_000_000), of: of.slice(0, 1) }), rule(1_000_006))
  await assert.rejects(
    extend(study, { values: [{ path: 'batchSize', values: seeds(200, 9999) }], of: of.slice(0, 1) }),
    rule(10_005),
  )
})

test('also where each step of its growing is allowed', async () => {
  const study = await planStudy(sweep({ axes: [{ path: 'batchSize', values: [64] }] }), host)
  const [cell] = study.cells
  assert.ok(cell)
  const many = Array.from({ length: 9_999 }, (_, i) => ({
    ...cell,
    key: keyOf({ ...readKey(cell.key), seed: i + 2 }),
  }))
  const cells = [cell, ...many]
  const values = [{ path: 'batchSize', values: [32] }]
  await assert.rejects(
    extendStudy(study.spec, cells, { values }, host),
    /has 10000 already \(received 10001\)/,
  )
})
