import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MOVING_START, type MovingState, movingAverage } from '../../../shared/metrics/movingAverage.ts'
import { EMA_START, type EmaState, emaSmooth } from '../../../shared/metrics/smooth.ts'

const value = fc.oneof(
  { weight: 12, arbitrary: fc.double({ min: -1e3, max: 1e3, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
)
const series = fc.array(value, { minLength: 1, maxLength: 80, size: 'max' })
const weight = fc.double({ min: 0, max: 0.99, noNaN: true })
const cuts = fc.array(fc.nat(80), { maxLength: 6, size: 'max' })

function chunksOf(values: readonly number[], at: readonly number[]): number[][] {
  const borders = [0, ...at.filter((cut) => cut <= values.length).sort((a, b) => a - b), values.length]
  return borders.slice(1).map((end, i) => values.slice(borders[i], end))
}

function assertNear(got: ArrayLike<number>, want: readonly number[]): void {
  assert.equal(got.length, want.length)
  want.forEach((wanted, i) => {
    const mine = got[i] ?? 0
    if (!Number.isFinite(wanted)) assert.ok(Object.is(mine, wanted), `${i}: got ${mine}, want ${wanted}`)
    else
      assert.ok(Math.abs(mine - wanted) <= 1e-9 * (1 + Math.abs(wanted)), `${i}: got ${mine}, want ${wanted}`)
  })
}

/** The definition: every finite value so far, weighted by its distance from the point. */
function directEma(steps: readonly number[], values: readonly number[], w: number, scale: number): number[] {
  return values.map((x, t) => {
    if (!Number.isFinite(x)) return x
    let [sum, norm] = [0, 0]
    for (let i = 0; i <= t; i++) {
      const past = values[i] ?? Number.NaN
      if (!Number.isFinite(past)) continue
      const factor = w ** (((steps[t] ?? 0) - (steps[i] ?? 0)) / scale)
      sum += factor * past
      norm += factor
    }
    return sum / norm
  })
}

/** TensorBoard's recursion, with its explicit 1 - w^t. */
function tensorBoard(values: readonly number[], w: number): number[] {
  let [last, seen] = [0, 0]
  return values.map((x) => {
    if (!Number.isFinite(x)) return x
    last = last * w + (1 - w) * x
    seen++
    return last / (1 - w ** seen)
  })
}

test('the debiased average is the one TensorBoard draws', () => {
  fc.assert(
    fc.property(series, weight, (values, w) =>
      assertNear(emaSmooth(values, w).values, tensorBoard(values, w)),
    ),
  )
})

test('on finite values the average is the direct weighted sum', () => {
  const finite = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), {
    minLength: 1,
    maxLength: 60,
    size: 'max',
  })
  fc.assert(
    fc.property(finite, weight, (values, w) => {
      const steps = values.map((_, i) => i)
      assertNear(emaSmooth(values, w).values, directEma(steps, values, w, 1))
    }),
  )
})

test('weight 0 leaves the series as it is; a constant stays constant', () => {
  fc.assert(fc.property(series, (values) => assertNear(emaSmooth(values, 0).values, values)))
  for (const y of emaSmooth(new Array<number>(500).fill(0.3), 0.97).values) {
    assert.ok(Math.abs(y - 0.3) < 1e-15, `got ${y}`)
  }
})

test('chunks with the state carried along give bit for bit the numbers of one pass', () => {
  fc.assert(
    fc.property(series, weight, cuts, (values, w, at) => {
      let state: EmaState = EMA_START
      const got: number[] = []
      for (const chunk of chunksOf(values, at)) {
        const smoothed = emaSmooth(chunk, w, state)
        got.push(...smoothed.values)
        state = smoothed.state
      }
      assert.deepEqual(got, Array.from(emaSmooth(values, w).values))
    }),
  )
})

function directMean(values: readonly number[], half: number): number[] {
  return values.map((x, i) => {
    if (!Number.isFinite(x)) return x
    const near = values.slice(Math.max(0, i - half), i + half + 1).filter(Number.isFinite)
    return near.reduce((sum, y) => sum + y, 0) / near.length
  })
}

test('the centred average is the mean of the finite values around each point', () => {
  fc.assert(
    fc.property(series, fc.nat(50), (values, half) =>
      assertNear(movingAverage(values, half).values, directMean(values, half)),
    ),
  )
})

test('the centred average in chunks: provisional ends replaced, final numbers those of one pass', () => {
  fc.assert(
    fc.property(series, fc.nat(30), cuts, (values, half, at) => {
      let state: MovingState = MOVING_START
      const line: number[] = []
      for (const chunk of chunksOf(values, at)) {
        const { start, values: fresh, state: next } = movingAverage(chunk, half, state)
        line.splice(start, line.length - start, ...fresh)
        state = next
        assert.equal(line.length, state.count)
        assertNear(line, directMean(values.slice(0, state.count), half))
        assert.ok(state.tail.length <= 4 * half + 1, `tail of ${state.tail.length} for half ${half}`)
      }
      assert.deepEqual(line, Array.from(movingAverage(values, half).values))
    }),
  )
})

test('one divergent value leaves no trace beyond its window', () => {
  const values = Array.from({ length: 200 }, (_, i) => (i === 50 ? 1e30 : 0.25))
  const smoothed = movingAverage(values, 10).values
  assert.ok((smoothed[60] ?? 0) > 1e28)
  assert.equal(smoothed[61], 0.25)
})

test('weights and windows out of range are refused in a sentence', () => {
  for (const bad of [1, -0.1, Number.NaN]) {
    assert.throws(() => emaSmooth([1], bad), { name: 'UserError', message: /weight .* received/ })
  }
  assert.throws(() => movingAverage([1], 1.5), {
    name: 'UserError',
    message: /whole number >= 0, received 1.5/,
  })
})
