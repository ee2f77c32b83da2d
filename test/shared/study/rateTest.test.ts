import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { random } from '../../../shared/random.ts'
import { type RateTestSettings, rateTestSettings } from '../../../shared/run/rateTest.ts'
import { lossCeiling } from '../../../shared/study/lossCeiling.ts'
import { createRateStop, smoothedUpToStop } from '../../../shared/study/rateStop.ts'
import { longestFall, suggestRates } from '../../../shared/study/rateSuggestions.ts'
import { type RateReading, readRateTest } from '../../../shared/study/rateTest.ts'
import { marksOf, rateMarks } from '../../../shared/study/rateWords.ts'

/* The definitions once more, as fastai writes them: with lists that count from the end, and in quadratic time. */

function valley(lrs: readonly number[], losses: readonly number[]): number | undefined {
  const longest = losses.map(() => 1)
  let [start, end] = [0, 0]
  for (let i = 1; i < losses.length; i++) {
    for (let j = 0; j < i; j++) {
      if ((losses[i] ?? 0) < (losses[j] ?? 0) && (longest[i] ?? 0) < (longest[j] ?? 0) + 1)
        longest[i] = (longest[j] ?? 0) + 1
      if ((longest[end] ?? 0) < (longest[i] ?? 0)) {
        end = i
        start = end - (longest[end] ?? 0)
      }
    }
  }
  const third = (end - start) / 3
  return lrs.at(start + Math.trunc(third) + Math.trunc(third / 2))
}

function slide(lrs: readonly number[], losses: readonly number[]): number | undefined {
  const n = losses.length
  const at = (i: number): number => losses[i] ?? 0
  const slope = (i: number): number => {
    if (i === 0) return at(1) - at(0)
    return i === n - 1 ? at(n - 1) - at(n - 2) : (at(i + 1) - at(i - 1)) / 2
  }
  let [right, left] = [-1, -16]
  let found = lrs.at(left)
  while (left >= -n && Math.abs(slope(n + right) - slope(n + left)) > 0.005) {
    found = lrs.at(left)
    right -= 1
    left -= 1
  }
  return found
}

const curve = fc
  .record({
    numIt: fc.integer({ min: 1, max: 120 }),
    losses: fc.array(fc.oneof(fc.integer({ min: 0, max: 30 }), fc.double({ min: 0, max: 5, noNaN: true })), {
      maxLength: 120,
    }),
  })
  .map(({ numIt, losses }) => ({ numIt, losses, lrs: losses.map((_, i) => 1e-6 * 1.1 ** i) }))

test('the suggestions are those of the definitions, whatever the curve', () => {
  fc.assert(
    fc.property(curve, ({ numIt, losses, lrs }) => {
      const found = suggestRates({ numIt, losses, lrs })
      const [kept, rates] = [losses, lrs].map((list) => list.slice(Math.floor(numIt / 10), -5))
      if (kept === undefined || rates === undefined) return
      assert.equal(found.valley, valley(rates, kept) ?? null)
      assert.equal(found.slide, kept.length < 16 ? null : slide(rates, kept))
      const slopes = kept.slice(1).map((loss, i) => (loss - (kept[i] ?? 0)) / Math.log(1.1))
      const steepest = slopes.findIndex((slope) => Math.abs(slope - Math.min(...slopes)) < 1e-9)
      const steep = found.steep === null ? -1 : rates.indexOf(found.steep)
      assert.ok(Math.abs((slopes[steep] ?? 0) - (slopes[steepest] ?? 0)) < 1e-6)
      const least = kept.indexOf(Math.min(...kept))
      assert.equal(found.minimum, kept.length === 0 ? null : (rates[least] ?? 0) / 10)
    }),
  )
})

test('what comes from the first loss on that is no number does not count', () => {
  fc.assert(
    fc.property(curve, fc.nat(120), ({ numIt, losses, lrs }, at) => {
      const broken = losses.map((loss, i) => (i < at ? loss : Number.NaN))
      const found = suggestRates({ numIt, losses: broken, lrs })
      // Five more points than are kept, which are dropped from the end.
      const end = Math.min(losses.length, Math.max(at, Math.floor(numIt / 10)) + 5)
      if (at < losses.length - 5) {
        assert.deepEqual(found, suggestRates({ numIt, losses: losses.slice(0, end), lrs: lrs.slice(0, end) }))
      } else assert.deepEqual(found, suggestRates({ numIt, losses, lrs }))
    }),
  )
})

test('a long curve is answered at once', () => {
  const rng = random(1, 'long curve')
  const losses = Array.from({ length: 200_000 }, (_, i) => 3 - i / 100_000 + rng.next())
  const before = performance.now()
  assert.ok(longestFall(losses).length > 100)
  assert.ok(performance.now() - before < 2000)
})

/** fastai's smoothed loss (AvgSmoothLoss) and rule (LRFinder), step by step. */
function stopOf(losses: readonly number[], beta: number, stopAt: number | null) {
  let value = 0
  let best = Number.POSITIVE_INFINITY
  for (const [i, loss] of losses.entries()) {
    value = loss + beta * (value - loss)
    const smoothed = value / (1 - beta ** (i + 1))
    if (!Number.isFinite(smoothed)) return { step: i, smoothed }
    if (smoothed < best) best = smoothed
    if (stopAt !== null && smoothed > stopAt * best) return { step: i, smoothed }
  }
  return undefined
}

test('the test stops where fastai would, at a smoothed loss that is its', () => {
  const loss = fc.double({ min: 0.01, max: 50, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 30, arbitrary: loss }, fc.constant(Number.NaN)), { maxLength: 80 }),
      fc.constantFrom(0, 0.5, 0.9, 0.98),
      fc.constantFrom(1.5, 4, null),
      (losses, smoothing, stopAt) => {
        const next = createRateStop({ smoothing, stopAt })
        const want = stopOf(losses, smoothing, stopAt)
        const why = want && (Number.isFinite(want.smoothed) ? 'tooHigh' : 'notFinite')
        const { smoothed, stop } = smoothedUpToStop(losses, { smoothing, stopAt })
        assert.deepEqual(stop, want === undefined ? null : { step: want.step, why })
        for (const [step, each] of losses.slice(0, (want?.step ?? 80) + 1).entries())
          assert.equal(next(each), step === want?.step ? why : undefined)
        if (want !== undefined && why === 'tooHigh')
          assert.ok(Math.abs((smoothed[want.step] ?? 0) - want.smoothed) < 1e-9 * want.smoothed)
      },
    ),
  )
})

/* Curves of which it is known what is wrong with them. */

const steps = 200
const settings = (more: Partial<RateTestSettings> = {}): RateTestSettings =>
  rateTestSettings.parse({ steps, smoothing: 0.9, ...more })

/** A test of rates from 1e-7 to 10 whose loss is that function of the rate's logarithm, with a little noise. */
function reading(
  lossAt: (decade: number) => number,
  more: Partial<RateTestSettings> = {},
  { ended = true, count = steps, noise = 0.01 } = {},
): RateReading {
  const rng = random(3, 'noise of a curve')
  const lrs = Array.from({ length: count }, (_, i) => 1e-7 * 1e8 ** (i / (steps - 1)))
  const losses = lrs.map((lr) => lossAt(Math.log10(lr)) + noise * (rng.next() - 0.5))
  const accuracies = losses.map((loss) =>
    Number.isFinite(loss) ? Math.max(0.1, Math.min(1, 1.1 - loss / 2.3)) : 0.1,
  )
  return readRateTest(settings(more), { lrs, losses, accuracies }, ended)
}
const kinds = ({ warnings }: RateReading): string[] => warnings.map(({ kind }) => kind)

/** Falls from 2.3 to 0.4 between 1e-4 and 1e-1, and bursts beyond. */
const usual = (decade: number): number =>
  2.3 - 1.9 / (1 + Math.exp(-3 * (decade + 2.5))) + Math.exp(6 * (decade - 0.2))

test('a usual curve has every rate, in their order, and nothing to warn of', () => {
  const found = reading(usual)
  assert.equal(found.stop?.why, 'tooHigh')
  assert.deepEqual(kinds(found), [])
  const { valley, steep, minimum, slide } = found.suggestions
  for (const rate of [valley, steep, minimum, slide]) assert.ok(rate !== null && rate > 1e-4 && rate < 1)
  const { lower = 0, upper = 0, by } = found.bounds ?? {}
  assert.equal(by, 'accuracy')
  assert.ok(lower > 1e-5 && lower < 1e-2, `${lower}`)
  assert.ok(upper > lower && upper < 1, `${upper}`)
  assert.deepEqual(
    marksOf(found).map(({ mark }) => mark),
    Object.keys(rateMarks),
  )
})

test('a curve that does not fall is called flat, and has no bounds', () => {
  const found = reading(() => 2.3)
  assert.deepEqual(kinds(found).slice(0, 1), ['flat'])
  assert.equal(found.bounds, null)
})

test('a curve that only rises has no valley, no steepest and no minimum', () => {
  const found = reading((decade) => 10 + decade, { stopAt: null }, { noise: 0 })
  assert.deepEqual(
    { ...found.suggestions, slide: null },
    { valley: null, steep: null, minimum: null, slide: null },
  )
})

test('a test that ends before the loss rises is called cut short', () => {
  const found = reading((decade) => 2.3 - 1.9 / (1 + Math.exp(-3 * (decade + 1))))
  assert.deepEqual(kinds(found), ['cutShort'])
  assert.match(found.warnings[0]?.text ?? '', /at the highest rate, 10, .* test again up to 100\.$/)
})

test('one that still runs is not told that it ended too soon', () => {
  assert.deepEqual(kinds(reading(usual, {}, { ended: false, count: 120 })), [])
  assert.deepEqual(kinds(reading(usual, {}, { ended: true, count: 120 })), ['unfinished'])
  // Flat up to there: what comes next is not known.
  assert.deepEqual(kinds(reading(usual, {}, { ended: false, count: 60 })), [])
  assert.ok(kinds(reading(usual, {}, { ended: true, count: 60 })).includes('flat'))
})

test('one that still runs has the rates of the curve so far, and none that only its end tells', () => {
  const none = { valley: null, steep: null, minimum: null, slide: null }
  // Too few; flat up to there; hardly fallen.
  for (const count of [44, 60, 90])
    assert.deepEqual(reading(usual, {}, { ended: false, count }).suggestions, none)
  const running = reading(usual, {}, { ended: false, count: 184 })
  const ended = reading(usual, {}, { ended: true, count: 184 })
  assert.equal(running.stop, null)
  assert.deepEqual(running.suggestions, { ...ended.suggestions, slide: null })
  assert.ok(running.suggestions.valley !== null && running.suggestions.minimum !== null)
  assert.equal(running.bounds, null)
  // Once the loss has burst the curve is whole, also before its run says that it has ended.
  assert.deepEqual(reading(usual, {}, { ended: false }), reading(usual))
})

test('while the loss still falls its least is not told', () => {
  for (const noise of [0, 0.01, 0.1])
    for (let count = 20; count <= 165; count++)
      assert.equal(
        reading(usual, {}, { ended: false, count, noise }).suggestions.minimum,
        null,
        `after ${count} steps, with noise of ${noise}`,
      )
})

test('nor are a steepest fall and a valley since which the loss has hardly changed', () => {
  const live = { ended: false, noise: 0 }
  const faster = reading((decade) => 20 - (decade + 8) ** 2 / 4, {}, live).suggestions
  assert.equal(faster.steep, null, 'it falls ever faster: the steepest is the last one seen')
  assert.ok(faster.valley !== null)
  // It falls from 2.3 to 0.4 at 3e-6, and hardly from there on; beyond 1e-1 it rises.
  const creeping = (decade: number): number =>
    2.3 - 1.9 / (1 + Math.exp(-8 * (decade + 5.5))) - decade / 1000 + Math.max(0, decade + 1)
  const { valley, steep, minimum } = reading(creeping, {}, { ...live, count: 140 }).suggestions
  assert.deepEqual([valley, minimum], [null, null])
  assert.ok(steep !== null && steep < 1e-5)
  const risen = reading(creeping, {}, live).suggestions
  assert.ok(risen.valley !== null && risen.minimum !== null)
})

test('the least loss is told once the loss has risen by a tenth of its fall, and stays told', () => {
  // Without noise or smoothing: down from 2 to 1 at the rate 1e-2, and up again.
  const bend = (decade: number): number => 1 + Math.abs(decade + 2) / 5
  const at = (count: number) =>
    reading(bend, { smoothing: 0, stopAt: null }, { ended: false, count, noise: 0 }).suggestions.minimum
  // The fall begins where the first tenth ends; five points more than are looked at.
  const decadeOf = (step: number): number => -7 + (8 * step) / (steps - 1)
  const fall = bend(decadeOf(20)) - 1
  const first = Array.from({ length: steps }, (_, step) => step).find(
    (step) => decadeOf(step) > -2 && bend(decadeOf(step)) - 1 > 0.1 * fall + 0.02,
  )
  const counts = Array.from({ length: steps }, (_, i) => i + 1)
  const told = counts.filter((count) => at(count) !== null)
  assert.ok(first !== undefined && told[0] !== undefined)
  assert.ok(Math.abs(told[0] - 6 - first) <= 3, `${told[0]} against ${first}`)
  assert.deepEqual(told, counts.slice(told[0] - 1))
  for (const count of told) assert.ok(Math.abs(Math.log10(at(count) ?? 0) + 3) < 0.05)
})

test('an early spike is told, with its rate', () => {
  const spike = (decade: number): number => usual(decade) + 3 * Math.exp(-40 * (decade + 4.5) ** 2)
  const found = reading(spike)
  assert.deepEqual(kinds(found), ['earlySpike'])
  assert.match(found.warnings[0]?.text ?? '', /up to a rate of \d(\.\d+)?e-5 before it falls/)
})

test('a loss that is no number ends it, and says so', () => {
  const found = reading((decade) => (decade > -1 ? Number.NaN : usual(decade)))
  assert.equal(found.stop?.why, 'notFinite')
  assert.deepEqual(kinds(found), ['notFinite'])
  assert.ok(found.suggestions.valley !== null)
})

test('a handful of points is called too few', () => {
  const found = reading(usual, {}, { count: 30 })
  assert.deepEqual(kinds(found), ['unfinished', 'tooFew'])
  assert.equal(found.suggestions.slide, null)
})

test('a fall before the suggestions begin to look is told, and rates where the loss rises already', () => {
  // It falls within the tenth that is dropped, then rises, and comes down from a height at the end.
  const late = (decade: number): number =>
    decade < -6.3 ? 2.3 - 2 * (decade + 7) : decade < 0 ? 0.9 + 0.02 * (decade + 7) : 2.5 - 1.2 * decade
  const found = reading(late, { stopAt: null, smoothing: 0 }, { noise: 0 })
  assert.deepEqual(kinds(found), ['lateStart', 'pastLeast'])
})

test('nothing at all is a reading too', () => {
  const found = readRateTest(settings(), { lrs: [], losses: [], accuracies: [] }, true)
  assert.equal(found.stop, null)
  assert.deepEqual(kinds(found), ['unfinished', 'tooFew'])
  assert.equal(lossCeiling([]), undefined)
  assert.equal(lossCeiling([null, 2, 2]), 2)
})

test('a burst does not set the scale', () => {
  const ceiling = lossCeiling([2.3, 2.2, 1.3, 1, 4, 400])
  assert.ok(ceiling !== undefined && ceiling > 2.3 && ceiling < 4)
})
