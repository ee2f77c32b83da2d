import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Smoothing } from '../../../shared/api/series.ts'
import { downsample } from '../../../shared/metrics/downsample.ts'
import { movingAverage } from '../../../shared/metrics/movingAverage.ts'
import { emaSmooth } from '../../../shared/metrics/smooth.ts'
import type { RunRecord, Store } from '../../../src-main/store/types.ts'
import { allPoints, claimedRun, metrics, snapshot, tempStore, valueAt } from './fixtures.ts'

/* Views of smoothed series, against smoothing every stored point with shared/metrics and thinning what comes out. */

const ODD = new Map([
  [70, Number.NaN],
  [5000, Number.POSITIVE_INFINITY],
  [9001, 1e30],
  [20_000, Number.NaN],
])
const lossAt = (step: number): number => ODD.get(step) ?? valueAt(2, step)

function recordLoss(store: Store, run: RunRecord, seq: number, firstStep: number, count: number): void {
  const event = metrics(run, seq, firstStep, count, ['loss'])
  const loss = Float64Array.from({ length: count }, (_, i) => lossAt(firstStep + i))
  assert.equal(store.record([{ ...event, columns: { loss } }]), true)
}

function smoothAll(values: readonly number[], smoothing: Smoothing): Float64Array {
  if (smoothing.kind === 'none') return Float64Array.from(values)
  if (smoothing.kind === 'ema') return emaSmooth(values, smoothing.weight).values
  return movingAverage(values, Math.floor(smoothing.steps / 2)).values
}

const smoothings: fc.Arbitrary<Smoothing> = fc.oneof(
  fc.record({ kind: fc.constant('ema' as const), weight: fc.constantFrom(0, 0.6, 0.99, 0.9999) }),
  fc.record({
    kind: fc.constant('window' as const),
    steps: fc.constantFrom(1, 2, 25, 1000, 4096, 9999, 60_000),
  }),
)

/** A view, and what it should be by the stored points. */
function check(
  store: Store,
  runId: string,
  series: string,
  smoothing: Smoothing,
  { fromStep, size, points }: { fromStep: number; size: number; points: number },
): void {
  const toStep = fromStep + size
  const all = allPoints(store, runId, series)
  const pinned = [fromStep + Math.floor(size / 3), fromStep + Math.floor(size / 2)]
  const view = store.read.series({ runId, series, smoothing, fromStep, toStep, points, pinned })
  const expected = downsample(all.steps, smoothAll(all.values, smoothing), {
    maxPoints: points,
    fromStep,
    toStep,
    pins: pinned.filter((step) => all.steps.includes(step)),
  })
  assert.deepEqual(view.steps, expected.steps)
  assert.deepEqual(view.values, expected.values)
}

test('a smoothed view of any window of a growing series is what smoothing, then thinning all of it would give', (t) => {
  const store = tempStore(t)
  const windows = fc.record({
    fromStep: fc.integer({ min: 0, max: 60_000 }),
    size: fc.integer({ min: 0, max: 120_000 }),
    points: fc.integer({ min: 8, max: 1500 }),
  })
  const growth = fc.array(
    fc.record({
      count: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 20_000 })),
      window: windows,
    }),
    { minLength: 1, maxLength: 6 },
  )
  fc.assert(
    fc.property(growth, fc.array(smoothings, { minLength: 1, maxLength: 2 }), (portions, kinds) => {
      const run = claimedRun(store)
      let end = 0
      portions.forEach(({ count, window }, seq) => {
        recordLoss(store, run, seq, end, count)
        end += count
        for (const smoothing of kinds) {
          check(store, run.id, 'loss', smoothing, window)
          check(store, run.id, 'loss', smoothing, { ...window, fromStep: 0, size: end })
        }
      })
      store.write.setStatus(run.id, 'interrupted')
    }),
    { numRuns: 40 },
  )
})

test('a long series is answered from summaries, and grows by what is new', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  recordLoss(store, run, 0, 0, 300_000)
  const kinds: Smoothing[] = [
    { kind: 'ema', weight: 0.999 },
    { kind: 'window', steps: 500 },
    { kind: 'window', steps: 40_000 },
  ]
  const windows = [
    { fromStep: 0, size: 400_000, points: 100 },
    { fromStep: 777, size: 150_000, points: 60 },
    { fromStep: 280_000, size: 30_000, points: 200 },
  ]
  for (let seq = 1; seq < 4; seq++) {
    for (const smoothing of kinds)
      for (const window of windows) check(store, run.id, 'loss', smoothing, window)
    recordLoss(store, run, seq, 300_000 + (seq - 1) * 5000, 5000)
  }
})

test('a first smoothing may be done in pieces, between which the run goes on, and comes out the same', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  recordLoss(store, run, 0, 0, 200_000)
  let seq = 1
  for (const smoothing of [
    { kind: 'ema', weight: 0.99 },
    { kind: 'window', steps: 300 },
  ] as const) {
    let pieces = 1
    while (!store.read.prepareSeries({ runId: run.id, series: 'loss', smoothing }, 0)) {
      if (pieces++ === 2) recordLoss(store, run, seq++, 200_000 + (seq - 2) * 5000, 5000)
    }
    assert.ok(pieces > 3, `${pieces} pieces`)
    check(store, run.id, 'loss', smoothing, { fromStep: 0, size: 300_000, points: 200 })
  }
  assert.equal(store.read.prepareSeries({ runId: run.id, series: 'nothing' }, 0), true)
})

test('a series with gaps and one that begins late are smoothed along their points', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  for (let n = 0; n < 60; n++) {
    store.record([metrics(run, 2 * n, n * 2000, 1500, ['lr'])])
    recordLoss(store, run, 2 * n + 1, n * 2000 + 1500, 500)
  }
  for (const series of ['loss', 'samplesPerSecond'])
    for (const steps of [3, 40, 3000]) {
      const window = { fromStep: 0, size: 120_000, points: 40 }
      check(store, run.id, series, { kind: 'window', steps }, window)
      check(store, run.id, series, { kind: 'window', steps }, { ...window, fromStep: 30_123, size: 50_000 })
      check(store, run.id, series, { kind: 'ema', weight: 0.9 }, window)
    }
})

test('a smoothed view keeps the steps of snapshots, and all points when none are to be left out', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  recordLoss(store, run, 0, 0, 30_000)
  store.record([snapshot(run, 1, 1, 12_345), snapshot(run, 2, 2, 29_998)])
  for (const smoothing of [
    { kind: 'ema', weight: 0.9 },
    { kind: 'window', steps: 100 },
  ] as const) {
    const view = store.read.series({ runId: run.id, series: 'loss', points: 50, smoothing })
    const all = smoothAll(allPoints(store, run.id, 'loss').values, smoothing)
    for (const step of [0, 12_345, 29_998, 29_999])
      assert.equal(view.values[view.steps.indexOf(step)], all[step], `step ${step}`)
    assert.equal(view.total, 30_000)
    assert.deepEqual(store.read.series({ runId: run.id, series: 'loss', smoothing }).values, all)
    assert.equal(store.read.series({ runId: run.id, series: 'nothing', points: 9, smoothing }).total, 0)
  }
})
