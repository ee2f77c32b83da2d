import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { calibrationErrors } from '../../../shared/ensemble/calibrationErrors.ts'
import { kappaErrorPoints, pairsOf } from '../../../shared/ensemble/diversity.ts'
import { combine, score } from '../../../shared/ensemble/index.ts'
import { mixtureWeights } from '../../../shared/ensemble/mixtureWeights.ts'
import { scaledCalibration } from '../../../shared/ensemble/scaledCalibration.ts'
import { atTemperature, fitTemperature } from '../../../shared/ensemble/temperature.ts'
import { ensemble, near } from './arbitrary.ts'

/*
 * cases/outside.json is by numpy, scipy (SLSQP from six starts for the weights, bounded Brent for the temperature) and
 * scikit-learn (cohen_kappa_score, matthews_corrcoef): 4 members, 60 examples, 3 classes, a generator of seed 11.
 */

const errors = z.object({ ece: z.number(), adaptive: z.number(), classwise: z.number() })
const outside = z
  .object({
    classes: z.int(),
    labels: z.array(z.int()),
    probs: z.array(z.array(z.number())),
    weights: z.array(z.number()),
    weightsNll: z.number(),
    temperature: z.number(),
    scaledNll: z.number(),
    before: errors,
    after: errors,
    pairs: z.array(
      z.object({
        i: z.int(),
        j: z.int(),
        kappa: z.number(),
        meanError: z.number(),
        errorCorrelation: z.number(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('cases/outside.json', import.meta.url), 'utf8')))
const truth = { labels: outside.labels, classes: outside.classes }
const members = outside.probs.map((probs) => ({ probs: Float32Array.from(probs) }))

const isClose = (got: number, want: number, within: number): void =>
  assert.ok(Math.abs(got - want) <= within, `${got}, not ${want}`)

test('weights of least NLL are those that another solver finds', () => {
  const { weights, nll, gap } = mixtureWeights(members, truth)
  isClose(nll, outside.weightsNll, 1e-6)
  assert.ok(gap <= 1e-6)
  weights.forEach((weight, k) => void isClose(weight, outside.weights[k] ?? -1, 2e-3))
})

test('no weights are better than those fitted by more than their gap, and they are shares', () => {
  const others = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 })
  fc.assert(
    fc.property(ensemble, others, ({ members, truth }, raw) => {
      const { weights, nll, gap } = mixtureWeights(members, truth)
      assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-9)
      assert.ok(weights.every((weight) => weight >= 0))
      const nllWith = (shares: readonly number[]): number =>
        score(combine(members, truth.classes, { kind: 'weighted', weights: shares }), truth).nll
      assert.ok(near(nll, nllWith(weights)))
      const tried = [
        raw.slice(0, members.length),
        ...members.map((_, k) => members.map((__, j) => (j === k ? 1 : 0))),
      ]
      for (const shares of tried) assert.ok(nllWith(shares) >= nll - gap - 1e-12)
    }),
  )
})

test('a member that diverged gets no weight, and examples no member believed in leave the weights defined', () => {
  const two = { labels: [0, 1], classes: 2 }
  const nan = { probs: Float32Array.from([Number.NaN, Number.NaN, 0.5, 0.5]) }
  const sure = { probs: Float32Array.from([0.9, 0.1, 1, 0]) }
  const { weights, nll } = mixtureWeights([nan, sure], two)
  assert.deepEqual(weights, [0, 1])
  assert.equal(nll, Number.POSITIVE_INFINITY)
})

test('the temperature and what it does to calibration are those of scipy and numpy', () => {
  const average = combine(members, truth.classes)
  const { before, scaled } = scaledCalibration({ probs: average, truth }, { probs: average, truth })
  assert.ok(scaled !== null)
  isClose(scaled.fit.temperature, outside.temperature, 1e-6)
  isClose(scaled.fit.nll, outside.scaledNll, 1e-10)
  isClose(scaled.after.nll, outside.scaledNll, 1e-10)
  for (const key of ['ece', 'adaptive', 'classwise'] as const) {
    isClose(before[key], outside.before[key], 1e-9)
    isClose(scaled.after[key], outside.after[key], 1e-6)
  }
  assert.equal(scaled.after.accuracy, before.accuracy)
})

test('no temperature on a grid is better than the one fitted, whatever the predictor', () => {
  fc.assert(
    fc.property(ensemble, ({ members: [first], truth }) => {
      if (first === undefined) return
      const fit = fitTemperature(first.probs, truth)
      assert.ok(fit !== null)
      for (let at = -4; at <= 4; at += 0.5) {
        const { nll } = score(atTemperature(first.probs, truth.classes, Math.exp(at)), truth)
        assert.ok(nll >= fit.nll - 1e-7)
      }
    }),
  )
})

test('a predictor that is never wrong has its temperature at the end of the search, and a NaN has none', () => {
  const two = { labels: [0, 1], classes: 2 }
  assert.equal(fitTemperature(Float32Array.from([0.9, 0.1, 0, 1]), two)?.atEnd, true)
  assert.equal(fitTemperature(Float32Array.from([Number.NaN, 0.1, 0, 1]), two), null)
})

test('calibration errors of a certain predictor are its error rate, whatever the bins', () => {
  const certain = Float32Array.from([1, 0, 1, 0, 0, 1, 1, 0])
  const { ece, adaptive } = calibrationErrors(certain, { labels: [0, 1, 1, 0], classes: 2 }, 2)
  assert.equal(ece, 0.25)
  assert.equal(adaptive, 0.25)
})

test('kappa, mean error and error correlation of every pair are those of scikit-learn', () => {
  const guesses = members.map(({ probs }) => score(probs, truth).argmax)
  const pairs = pairsOf(guesses, truth.labels)
  kappaErrorPoints(guesses, truth).forEach((point, at) => {
    const want = outside.pairs[at]
    assert.ok(want !== undefined)
    assert.deepEqual([point.i, point.j], [want.i, want.j])
    isClose(point.kappa ?? Number.NaN, want.kappa, 1e-12)
    isClose(point.meanError, want.meanError, 1e-12)
    isClose(pairs[at]?.errorCorrelation ?? Number.NaN, want.errorCorrelation, 1e-12)
  })
  assert.equal(pairs.length, outside.pairs.length)
})

test('two that always predict one same class have no kappa', () => {
  const same = Int32Array.from([1, 1])
  assert.deepEqual(kappaErrorPoints([same, same], { labels: [0, 1], classes: 2 }), [
    { i: 0, j: 1, kappa: null, meanError: 0.5 },
  ])
})
