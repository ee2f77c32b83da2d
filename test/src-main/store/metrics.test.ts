import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import { downsample } from '../../../shared/metrics/downsample.ts'
import { bytesOf, float32Of, float64Of } from '../../../src-main/store/blobs.ts'
import { decodeBuckets, encodeBuckets } from '../../../src-main/store/metrics/bucketBlob.ts'
import type { RunRecord, Store } from '../../../src-main/store/types.ts'
import {
  allPoints,
  claimedRun,
  metrics,
  openFor,
  snapshot,
  tempFolder,
  tempStore,
  valueAt,
} from './fixtures.ts'

/** A store with a run whose loss is valueAt(2, step) on 0..steps-1, but NaN and infinite at a few steps. */
const ODD = new Map([
  [70, Number.NaN],
  [5000, Number.POSITIVE_INFINITY],
  [5001, Number.NEGATIVE_INFINITY],
  [20_000, Number.NaN],
])
const lossAt = (step: number): number => ODD.get(step) ?? valueAt(2, step)

function recordLoss(store: Store, run: RunRecord, seq: number, firstStep: number, count: number): void {
  const event = metrics(run, seq, firstStep, count, ['loss'])
  const loss = Float64Array.from({ length: count }, (_, i) => lossAt(firstStep + i))
  assert.equal(store.record([{ ...event, columns: { loss } }]), true)
}

/** Steps that have metrics, but no loss. */
function recordWithoutLoss(
  store: Store,
  run: RunRecord,
  seq: number,
  firstStep: number,
  count: number,
): void {
  assert.equal(store.record([metrics(run, seq, firstStep, count, ['lr'])]), true)
}

/**
 * Portions of a stream of metrics: how many steps without the series come before each, how far back it then begins
 * (a repetition), and its length.
 */
const portions = fc.array(
  fc.record({
    without: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 9000 })),
    back: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 300 })),
    count: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 13_000 }), fc.constant(4096)),
  }),
  { minLength: 1, maxLength: 12 },
)

test('any stream of portions is stored as the naive model has it', (t) => {
  const store = tempStore(t)
  fc.assert(
    fc.property(portions, (stream) => {
      const run = claimedRun(store)
      const steps: number[] = []
      const speeds: number[] = []
      let end = 0
      stream.forEach(({ without, back, count }, n) => {
        if (without > 0) {
          recordWithoutLoss(store, run, 2 * n, end, without)
          end += without
          speeds.push(end - 1)
        }
        const from = Math.max(0, end - back)
        recordLoss(store, run, 2 * n + 1, from, count)
        for (let step = Math.max(from, end); step < from + count; step++) steps.push(step)
        if (from + count > end) speeds.push(from + count - 1)
        end = Math.max(end, from + count)
      })
      const loss = allPoints(store, run.id, 'loss')
      assert.deepEqual(loss.steps, steps)
      assert.deepEqual(loss.values, steps.map(lossAt))
      assert.deepEqual(allPoints(store, run.id, 'samplesPerSecond').steps, speeds)
      assert.equal(store.read.run(run.id).stepsDone, end)
      store.write.setStatus(run.id, 'interrupted')
    }),
    { numRuns: 40 },
  )
})

test('a view of any window is what thinning every point would give', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  const total = 150_000
  for (let step = 0, seq = 0; step < total; step += 1234, seq++)
    recordLoss(store, run, seq, step, Math.min(1234, total - step))
  const steps = Float64Array.from({ length: total }, (_, i) => i)
  const values = steps.map(lossAt)
  const window = fc.tuple(fc.integer({ min: 0, max: total - 1 }), fc.integer({ min: 0, max: total }))
  fc.assert(
    fc.property(window, fc.integer({ min: 8, max: 2500 }), ([fromStep, size], points) => {
      const toStep = fromStep + size
      const pinned = [fromStep + Math.floor(size / 3), fromStep + Math.floor(size / 2)]
      const view = store.read.series({ runId: run.id, series: 'loss', fromStep, toStep, points, pinned })
      const expected = downsample(steps, values, {
        maxPoints: points,
        fromStep,
        toStep,
        pins: pinned.filter((step) => step < total),
      })
      assert.deepEqual(view.steps, expected.steps)
      assert.deepEqual(view.values, expected.values)
      assert.equal(view.total, Math.min(toStep, total - 1) - fromStep + 1)
    }),
    { numRuns: 150 },
  )
})

test('a view keeps what is least, greatest, first, last, not finite, and the snapshots of the run', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  for (let seq = 0; seq < 30; seq++) recordLoss(store, run, seq, seq * 1000, 1000)
  store.record([snapshot(run, 30, 1, 12_345), snapshot(run, 31, 2, 29_998)])
  const all = Array.from({ length: 30_000 }, (_, step) => lossAt(step))
  const finite = all.filter(Number.isFinite)
  const view = store.read.series({ runId: run.id, series: 'loss', points: 50, pinned: [777] })
  assert.ok(view.steps.length <= 50)
  for (const step of [0, 70, 777, 5000, 12_345, 20_000, 29_998, 29_999])
    assert.ok(view.steps.includes(step), `step ${step} is missing`)
  for (const value of [Math.min(...finite), Math.max(...finite)]) assert.ok(view.values.includes(value))
  view.steps.forEach((step, i) => {
    assert.equal(view.values[i], all[step])
  })
})

test('a sparse series and one with gaps are seen whole', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  for (let n = 0; n < 200; n++) {
    recordLoss(store, run, 2 * n, n * 5000, 3)
    recordWithoutLoss(store, run, 2 * n + 1, n * 5000 + 3, 4997)
  }
  const speed = store.read.series({ runId: run.id, series: 'samplesPerSecond', points: 1000 })
  assert.deepEqual(
    [...speed.steps],
    Array.from({ length: 200 }, (_, n) => [n * 5000 + 2, n * 5000 + 4999]).flat(),
  )
  const loss = store.read.series({ runId: run.id, series: 'loss', points: 1000 })
  assert.equal(loss.steps.length, 600)
  const few = store.read.series({ runId: run.id, series: 'loss', points: 100 })
  assert.ok(few.steps.length <= 100 && few.steps.length >= 40, `${few.steps.length} points`)
  assert.equal(few.total, 600)
})

test('a view of nothing is empty', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  recordLoss(store, run, 0, 0, 100)
  const views = [
    store.read.series({ runId: run.id, series: 'nothing' }),
    store.read.series({ runId: 'nobody', series: 'loss', points: 5 }),
    store.read.series({ runId: run.id, series: 'loss', fromStep: 100, points: 5 }),
    store.read.series({ runId: run.id, series: 'loss', fromStep: 50, toStep: 40, points: 5 }),
  ]
  for (const view of views) assert.deepEqual([view.steps.length, view.values.length, view.total], [0, 0, 0])
  assert.deepEqual([...store.read.chunks(run.id, 'nothing')], [])
  assert.equal(store.read.series({ runId: run.id, series: 'loss' }).steps.length, 100)
})

test('points already seen stay while a run grows', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  let seq = 0
  recordLoss(store, run, seq++, 0, 40_000)
  const before = store.read.series({ runId: run.id, series: 'loss', points: 400 })
  for (let step = 40_000; step < 41_000; step += 100) recordLoss(store, run, seq++, step, 100)
  const after = new Set(store.read.series({ runId: run.id, series: 'loss', points: 400 }).steps)
  const kept = [...before.steps].filter((step) => after.has(step)).length
  // The last bucket was open, and the end has moved on.
  assert.ok(kept >= before.steps.length - 3, `${kept} of ${before.steps.length} stayed`)
})

test('what was stored is there after reopening, read while more is written', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path)
  const run = claimedRun(store)
  recordLoss(store, run, 0, 0, 9000)
  const reader = openFor(t, path)
  const chunks = reader.read.chunks(run.id, 'loss')[Symbol.iterator]()
  const first = chunks.next()
  assert.equal(first.value?.steps.length, 4096)
  // Meanwhile the tail that the iterator has not come to is closed into chunks.
  recordLoss(store, run, 1, 9000, 20_000)
  const steps = [...(first.value?.steps ?? [])]
  for (let next = chunks.next(); !next.done; next = chunks.next()) steps.push(...next.value.steps)
  assert.deepEqual(
    steps,
    Array.from({ length: 29_000 }, (_, i) => i),
  )
})

test('buckets go through their blob unchanged', () => {
  const buckets = [
    { firstStep: 0, lastStep: 63, min: -1.5, argmin: 3, max: 2.5, argmax: 60, count: 64 },
    {
      firstStep: 4_294_967_000,
      lastStep: 4_294_967_295,
      min: Number.NaN,
      argmin: 4_294_967_000,
      max: Number.NaN,
      argmax: 4_294_967_000,
      count: 1,
      nonFinite: { step: 4_294_967_000, value: Number.NEGATIVE_INFINITY, count: 1 },
    },
  ]
  assert.deepEqual(decodeBuckets(encodeBuckets(buckets)), buckets)
})

test('typed arrays are read from bytes that begin anywhere', () => {
  const values = Float64Array.of(1.5, -2, Number.NaN)
  const shifted = new Uint8Array(25)
  shifted.set(bytesOf(values), 1)
  assert.deepEqual(float64Of(shifted.subarray(1)), values)
  assert.deepEqual(float32Of(Buffer.from(Float32Array.of(0.1).buffer)), Float32Array.of(0.1))
})
