import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Bucket, coarsen, summarize } from '../../../shared/metrics/buckets.ts'
import { downsample, downsampleBuckets, type Sampled } from '../../../shared/metrics/downsample.ts'

const value = fc.oneof(
  { weight: 20, arbitrary: fc.double({ min: -5, max: 5, noNaN: true }) },
  { weight: 4, arbitrary: fc.integer({ min: -2, max: 2 }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
)

/** A series with gaps: whole steps, strictly ascending. */
const series = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), value), { minLength: 1, maxLength: 300, size: 'max' }),
    fc.nat(70),
  )
  .map(([pairs, origin]) => {
    let step = origin - 1
    return { steps: pairs.map(([gap]) => (step += gap)), values: pairs.map(([, y]) => y) }
  })
const maxPoints = fc.integer({ min: 1, max: 60 })

type Series = { steps: number[]; values: number[] }

function pick({ steps }: Series, indices: readonly number[]): number[] {
  return indices.flatMap((i) => steps[i % steps.length] ?? [])
}

/** Original points by bucket of the absolute grid. */
function grid({ steps, values }: Series, width: number): { step: number; value: number }[][] {
  const cells = Map.groupBy(
    steps.map((step, i) => ({ step, value: values[i] ?? Number.NaN })),
    ({ step }) => Math.floor(step / width),
  )
  return [...cells.values()]
}

function kept(sampled: Sampled): Map<number, number> {
  return new Map(Array.from(sampled.steps, (step, i) => [step, sampled.values[i] ?? Number.NaN]))
}

test('points come from the series, ascending, within the size bound, ends and pins kept', () => {
  fc.assert(
    fc.property(
      series,
      maxPoints,
      fc.array(fc.nat(300), { maxLength: 12, size: 'max' }),
      (data, most, indices) => {
        const pins = pick(data, indices)
        const sampled = downsample(data.steps, data.values, { maxPoints: most, pins })
        const got = kept(sampled)
        const original = new Map(data.steps.map((step, i) => [step, data.values[i] ?? Number.NaN]))
        assert.ok(sampled.steps.length <= Math.max(most, pins.length + Math.max(5, Math.floor(most / 2))))
        assert.equal(got.size, sampled.steps.length)
        assert.deepEqual(
          [...got.keys()],
          [...got.keys()].sort((a, b) => a - b),
        )
        for (const [step, y] of got) assert.ok(Object.is(y, original.get(step)), `step ${step}`)
        for (const step of [data.steps[0], data.steps.at(-1), ...pins])
          assert.ok(got.has(step ?? -1), `${step}`)
      },
    ),
  )
})

test('every bucket keeps its finite extremes and shows that it holds a value that is not finite', () => {
  fc.assert(
    fc.property(series, maxPoints, (data, most) => {
      const sampled = downsample(data.steps, data.values, { maxPoints: most })
      const got = kept(sampled)
      for (const cell of grid(data, sampled.width)) {
        const shown = cell.flatMap(({ step }) => got.get(step) ?? [])
        const finite = cell.map((point) => point.value).filter(Number.isFinite)
        if (finite.length > 0) {
          assert.ok(shown.includes(Math.min(...finite)))
          assert.ok(shown.includes(Math.max(...finite)))
        }
        const odd = cell.find((point) => !Number.isFinite(point.value))
        if (odd) assert.ok(got.has(odd.step), `step ${odd.step} with ${odd.value} is hidden`)
      }
    }),
  )
})

test('the grid is no coarser than it must be', () => {
  fc.assert(
    fc.property(series, maxPoints, (data, most) => {
      const { width } = downsample(data.steps, data.values, { maxPoints: most })
      if (width === 1) return
      const half = summarize(data.steps, data.values, width / 2)
      const points = half.reduce((sum, { count, nonFinite }) => {
        return sum + Math.min(2, count - (nonFinite?.count ?? 0)) + (nonFinite ? 1 : 0)
      }, 0)
      assert.ok(points + 2 > most, `width ${width / 2} would have given ${points} points of ${most}`)
    }),
  )
})

test('a series that fits is returned whole', () => {
  const steps = [0, 5, 6, 40]
  const sampled = downsample(steps, [1, 1, 1, Number.NaN], { maxPoints: 4 })
  assert.deepEqual(Array.from(sampled.steps), steps)
  assert.equal(sampled.width, 1)
})

test('appending keeps the points of closed buckets, or thins them to a subset when the width doubles', () => {
  fc.assert(
    fc.property(series, maxPoints, fc.nat(299), (data, most, cut) => {
      const length = 1 + (cut % data.steps.length)
      const before = downsample(data.steps.slice(0, length), data.values.slice(0, length), {
        maxPoints: most,
      })
      const after = downsample(data.steps, data.values, { maxPoints: most })
      assert.ok(after.width >= before.width, 'the width never flips back')
      const open = Math.floor((data.steps[length - 1] ?? 0) / after.width) * after.width
      const closed = (sampled: Sampled) => Array.from(sampled.steps).filter((step) => step < open)
      const [old, now] = [closed(before), closed(after)]
      if (after.width === before.width) assert.deepEqual(now, old)
      else for (const step of now) assert.ok(old.includes(step), `step ${step} appeared from nowhere`)
    }),
  )
})

test('a window shows the points between its ends only, and both of them', () => {
  fc.assert(
    fc.property(series, maxPoints, fc.nat(900), fc.nat(900), (data, most, a, b) => {
      const [fromStep, toStep] = [Math.min(a, b), Math.max(a, b)]
      const inside = data.steps.filter((step) => step >= fromStep && step <= toStep)
      const pins = pick(data, [0, 17, 101])
      const sampled = downsample(data.steps, data.values, { maxPoints: most, fromStep, toStep, pins })
      assert.equal(sampled.steps[0], inside[0])
      assert.equal(sampled.steps.at(-1), inside.at(-1))
      for (const step of pins.filter((pin) => inside.includes(pin))) assert.ok(sampled.steps.includes(step))
      const window = data.values
        .filter((_, i) => inside.includes(data.steps[i] ?? -1))
        .filter(Number.isFinite)
      if (window.length > 0) {
        assert.ok(sampled.values.includes(Math.min(...window)))
        assert.ok(sampled.values.includes(Math.max(...window)))
      }
    }),
  )
})

test('buckets joined are the buckets of the raw points', () => {
  fc.assert(
    fc.property(series, fc.nat(4), fc.nat(4), ({ steps, values }, fine, more) => {
      const buckets = summarize(steps, values, 2 ** fine)
      assert.deepEqual(coarsen(buckets, 2 ** (fine + more)), summarize(steps, values, 2 ** (fine + more)))
    }),
  )
})

test('stored summaries give the points that the raw series gives, in windows that cut buckets too', () => {
  fc.assert(
    fc.property(series, maxPoints, fc.nat(4), fc.nat(40), (data, most, level, skip) => {
      const { steps, values } = data
      const width = 2 ** level
      const first = Math.min(skip, steps.length - 1)
      const border = (Math.floor((steps[first] ?? 0) / width) + 1) * width
      const whole = summarize(steps, values, width).filter((bucket) => bucket.firstStep >= border)
      const edgeEnd = steps.findIndex((step) => step >= border)
      const edge = summarize(steps, values, width, first, edgeEnd < 0 ? steps.length : edgeEnd)
      const pointAt = (i: number) => ({ step: steps[i] ?? 0, value: values[i] ?? 0 })
      const pins = [pointAt(first), pointAt(steps.length - 1)]
      const view = { maxPoints: most, ends: pins, pins }
      const got = downsampleBuckets([...edge, ...whole], view, width)
      const fromStep = steps[first] ?? 0
      const want = downsample(steps, values, {
        maxPoints: most,
        fromStep,
        pins: pins.map(({ step }) => step),
      })
      if (want.width >= width) assert.deepEqual(got, want)
      else assert.equal(got.width, width)
    }),
  )
})

test('a bucket of values none of which is finite says so, alone and joined', () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number
  const [bucket] = summarize([8, 9], [nan, inf], 2)
  const odd: Bucket = {
    firstStep: 8,
    lastStep: 9,
    min: nan,
    argmin: 8,
    max: nan,
    argmax: 8,
    count: 2,
    nonFinite: { step: 8, value: nan, count: 2 },
  }
  assert.deepEqual(bucket, odd)
  const [joined] = coarsen([odd, ...summarize([10], [3], 2)], 4)
  assert.deepEqual(joined, { ...odd, lastStep: 10, min: 3, argmin: 10, max: 3, argmax: 10, count: 3 })
})

test('nothing to draw is an empty answer', () => {
  assert.equal(downsample([], [], { maxPoints: 10 }).steps.length, 0)
  assert.equal(downsample([1, 2], [1, 2], { maxPoints: 10, fromStep: 3 }).steps.length, 0)
  assert.equal(downsample([1, 2], [1, 2], { maxPoints: 10, fromStep: 9, toStep: 0 }).steps.length, 0)
  assert.equal(downsampleBuckets([], { maxPoints: 10, ends: [] }, 4).steps.length, 0)
})

test('broken contracts are refused', () => {
  assert.throws(() => downsample([0], [0], { maxPoints: 0 }), {
    name: 'UserError',
    message: /whole number >= 1/,
  })
  assert.throws(() => summarize([3, 3], [0, 0], 2), /strictly ascending: 3 at index 1 follows 3/)
  assert.throws(() => summarize([0], [0], 3), /power of two, received 3/)
  assert.throws(() => coarsen(summarize([0, 7], [0, 0], 8), 4), /wider than 4 steps/)
})

test('more pins than points leave the extremes in: a rate that restarts is seen to rise', () => {
  const steps = Array.from({ length: 3000 }, (_, i) => i)
  const rates = steps.map((step) => [0.3, 0.2, 0.1][step % 3] ?? 0)
  const pins = steps.filter((step) => step % 3 === 2)
  const sampled = downsample(steps, rates, { maxPoints: 600, pins })
  for (const pin of pins) assert.ok(sampled.steps.includes(pin))
  // In every tenth of the run its highest and its lowest rate are drawn.
  for (let from = 0; from < 3000; from += 300) {
    const drawn = [...sampled.values].filter((_, i) => {
      const step = sampled.steps[i] ?? -1
      return step >= from && step < from + 300
    })
    assert.deepEqual([Math.min(...drawn), Math.max(...drawn)], [0.1, 0.3])
  }
})
