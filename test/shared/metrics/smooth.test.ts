import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MOVING_START, type MovingState, movingAverage } from '../../../shared/metrics/movingAverage.ts'
import { EMA_START, type EmaState, emaSmooth, timeEmaSmooth } from '../../../shared/metrics/smooth.ts'

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

test('the time-weighted average is the direct sum over distances in steps', () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 80, maxLength: 80, size: 'max' })
  const scale = fc.double({ min: 0.5, max: 100, noNaN: true })
  fc.assert(
    fc.property(
      series,
      gaps,
      weight,
      scale,
      fc.integer({ min: -50, max: 50 }),
      (values, gap, w, s, origin) => {
        let step = origin
        const steps = values.map((_, i) => (step += gap[i] ?? 1))
        const got = timeEmaSmooth(steps, values, { weight: w, scale: s }).values
        assertNear(got, directEma(steps, values, w, s))
      },
    ),
  )
})

test('with one step between values and scale 1 both averages agree', () => {
  const values = [3, 1, Number.POSITIVE_INFINITY, 4, 1, 5]
  const steps = [0, 1, 1.5, 2, 3, 4]
  const timed = timeEmaSmooth(steps, values, { weight: 0.7, scale: 1 }).values
  assertNear(timed, Array.from(emaSmooth(values, 0.7).values))
})

test('chunks with the state carried along give bit for bit the numbers of one pass', () => {
  fc.assert(
    fc.property(series, weight, cuts, (values, w, at) => {
      const steps = values.map((_, i) => i * 3 + (i % 2))
      const options = { weight: w, scale: 5 }
      let plain: EmaState = EMA_START
      let timed: EmaState = EMA_START
      const [gotPlain, gotTimed]: [number[], number[]] = [[], []]
      for (const chunk of chunksOf(values, at)) {
        const chunkSteps = steps.slice(gotPlain.length, gotPlain.length + chunk.length)
        const a = emaSmooth(chunk, w, plain)
        const b = timeEmaSmooth(chunkSteps, chunk, options, timed)
        gotPlain.push(...a.values)
        gotTimed.push(...b.values)
        plain = a.state
        timed = b.state
      }
      assert.deepEqual(gotPlain, Array.from(emaSmooth(values, w).values))
      assert.deepEqual(gotTimed, Array.from(timeEmaSmooth(steps, values, options).values))
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

test('weights, scales and windows out of range are refused in a sentence', () => {
  for (const bad of [1, -0.1, Number.NaN]) {
    assert.throws(() => emaSmooth([1], bad), { name: 'UserError', message: /weight .* received/ })
  }
  assert.throws(() => timeEmaSmooth([0], [1], { weight: 0.5, scale: 0 }), {
    name: 'UserError',
    message: /scale/,
  })
  assert.throws(() => movingAverage([1], 1.5), {
    name: 'UserError',
    message: /whole number >= 0, received 1.5/,
  })
})
