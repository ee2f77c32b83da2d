import assert from 'node:assert/strict'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import type { SeriesAnswer, Smoothing, ViewSeries } from '../../../shared/api/series.ts'
import { viewSeries } from '../../../shared/api/series.ts'
import type { TrainerEvent } from '../../../shared/run/messages.ts'
import { createSeriesServices } from '../../../src-main/api/series.ts'
import { openCore } from '../../../src-main/core.ts'
import type { RunRecord } from '../../../src-main/store/types.ts'
import { afterwards, claimedRun, metrics, snapshot, tempFolder } from '../store/fixtures.ts'

/* What a chart is given of a run's series, checked against every stored point. */

function trained(t: TestContext) {
  const home = tempFolder(t)
  const core = openCore({ home, db: join(home, 'lab.db') })
  afterwards(t, () => core.close())
  const run = claimedRun(core.store)
  const services = createSeriesServices(core)
  let seq = 0
  let steps = 0
  return {
    runId: run.id,
    trainTo(end: number, batch = 500) {
      for (; steps < end; steps += Math.min(batch, end - steps))
        core.store.record([metrics(run, seq++, steps, Math.min(batch, end - steps))])
    },
    record: (event: (run: RunRecord) => TrainerEvent) => core.store.record([event(run)]),
    snapshotAt: (cycle: number, step: number) => core.store.record([snapshot(run, seq++, cycle, step)]),
    view: (more: Partial<ViewSeries> = {}) =>
      services.view(viewSeries.parse({ runId: run.id, series: ['loss'], ...more })),
    services,
  }
}

const first = ([answer]: readonly SeriesAnswer[]): SeriesAnswer => {
  if (answer === undefined) throw new Error('an answer a series')
  return answer
}

/** Every stored point: the whole window has as many points as it may have. */
const all = async (
  view: (more?: Partial<ViewSeries>) => Promise<SeriesAnswer[]>,
  steps: number,
): Promise<(number | null)[]> => {
  const values: (number | null)[] = []
  for (let from = 0; from < steps; from += 10_000)
    values.push(
      ...first(await view({ fromStep: from, toStep: Math.min(steps, from + 10_000) - 1, points: 20_000 }))
        .values,
    )
  return values
}

test('a window keeps its ends, its extremes and its snapshots, however few points it may have', async (t) => {
  const { trainTo, snapshotAt, view } = trained(t)
  trainTo(30_000)
  for (const [i, step] of [4999, 12_345, 29_999].entries()) snapshotAt(i + 1, step)
  const stored = await all(view, 30_000)
  assert.equal(stored.length, 30_000)
  for (const [fromStep, toStep, points] of [
    [0, 29_999, 50],
    [0, 29_999, 600],
    [3000, 20_000, 100],
    [12_000, 12_900, 40],
    [12_345, 12_345, 2],
  ] as const) {
    const { steps, values, total } = first(await view({ fromStep, toStep, points }))
    assert.equal(total, toStep - fromStep + 1)
    assert.ok(steps.length <= points, `${steps.length} of ${points}`)
    assert.deepEqual(
      values,
      steps.map((step) => stored[step]),
      'every point is a stored one',
    )
    assert.deepEqual([steps.at(0), steps.at(-1)], [fromStep, toStep])
    const inside = stored.slice(fromStep, toStep + 1).map((value) => value ?? 0)
    const shown = values.map((value) => value ?? 0)
    assert.equal(Math.max(...shown), Math.max(...inside))
    assert.equal(Math.min(...shown), Math.min(...inside))
    for (const step of [4999, 12_345, 29_999])
      if (step >= fromStep && step <= toStep) assert.ok(steps.includes(step), `snapshot ${step}`)
  }
})

test('smoothing comes before sampling: shown points lie on the curve of all of them', async (t) => {
  const { trainTo, snapshotAt, view } = trained(t)
  trainTo(12_000)
  snapshotAt(1, 7001)
  const stored = (await all(view, 12_000)).map((value) => value ?? Number.NaN)
  const weight = 0.98
  let sum = 0
  const ema = stored.map((value, i) => {
    sum = weight * sum + (1 - weight) * value
    return sum / (1 - weight ** (i + 1))
  })
  const width = 101
  const centred = stored.map((_, i) => {
    const half = Math.floor(width / 2)
    const near = stored.slice(Math.max(0, i - half), i + half + 1)
    return near.reduce((a, b) => a + b, 0) / near.length
  })
  const curves: [Smoothing, number[]][] = [
    [{ kind: 'ema', weight }, ema],
    [{ kind: 'window', steps: width }, centred],
  ]
  for (const [smoothing, curve] of curves) {
    for (const window of [{}, { fromStep: 6900, toStep: 7200 }, { fromStep: 11_000 }]) {
      const { steps, values } = first(await view({ smoothing, points: 60, ...window }))
      assert.ok(steps.length > 10)
      for (const [i, step] of steps.entries()) {
        const wanted = curve[step] ?? Number.NaN
        assert.ok(
          Math.abs((values[i] ?? Number.NaN) - wanted) <= 1e-9 * Math.abs(wanted) + 1e-7,
          `${smoothing.kind} at ${step}`,
        )
      }
      if (!('fromStep' in window) || window.fromStep < 7000) assert.ok(steps.includes(7001))
    }
  }
})

test('what was shown stays as the run goes on, but for a few times that it is thinned anew', async (t) => {
  const { trainTo, view } = trained(t)
  trainTo(2000)
  for (const smoothing of [{ kind: 'none' }, { kind: 'ema', weight: 0.9 }] as const) {
    const fixed = { toStep: 1500, points: 80, smoothing }
    const before = first(await view(fixed))
    let known = first(await view({ points: 100, smoothing }))
    let anew = 0
    const start = known.total
    for (let end = start + 20; end <= start + 2000; end += 20) {
      trainTo(end)
      const now = first(await view({ points: 100, smoothing }))
      const settled = known.steps.length - 8
      const same = known.steps
        .slice(0, settled)
        .every((step, i) => step === now.steps[i] && known.values[i] === now.values[i])
      if (!same) anew++
      known = now
    }
    assert.ok(anew <= 2, `${anew} times of 100`)
    assert.deepEqual(first(await view(fixed)), before, 'a window of the past is as it was')
  }
})

test('several series come in the order asked; unknown ones and empty windows are empty', async (t) => {
  const { trainTo, view, runId, services } = trained(t)
  assert.deepEqual(await view({ series: ['loss', 'lr'] }), [
    { name: 'loss', steps: [], values: [], total: 0 },
    { name: 'lr', steps: [], values: [], total: 0 },
  ])
  trainTo(100)
  const views = await view({ series: ['nothing', 'loss', '__proto__', 'samplesPerSecond'] })
  assert.deepEqual(
    views.map(({ name, total }) => [name, total]),
    [
      ['nothing', 0],
      ['loss', 100],
      ['__proto__', 0],
      ['samplesPerSecond', 1],
    ],
  )
  assert.equal(first(await view({ fromStep: 100 })).total, 0)
  assert.equal(first(await view({ fromStep: 50, toStep: 40 })).total, 0)
  assert.equal(first(await view({ fromStep: 90, toStep: 1e9 })).total, 10)
  await assert.rejects(view({ runId: 'zzz' }), /no stored run/)
  assert.deepEqual(
    services.valuesAt({ runIds: [runId, 'zzz'], series: 'loss', step: 1000 }).map(({ step }) => step),
    [99],
  )
})

test('a value that is not finite travels as null', async (t) => {
  const { record, view, services, runId } = trained(t)
  const loss = Float64Array.of(1, Number.NaN, Number.POSITIVE_INFINITY, 2)
  record((run) => ({ ...metrics(run, 0, 0, 4), columns: { loss } }))
  assert.deepEqual(first(await view()).values, [1, null, null, 2])
  const [at] = services.valuesAt({ runIds: [runId], series: 'loss', step: 1 })
  assert.deepEqual(at, { runId, step: 1, value: null })
})
