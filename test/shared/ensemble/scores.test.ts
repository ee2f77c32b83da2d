import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lastM, meanProbs, perClass, reliabilityBins, score } from '../../../shared/ensemble/index.ts'
import { ensemble, near } from './arbitrary.ts'

test('bins tile the examples and give back accuracy, for any number of bins', () => {
  fc.assert(
    fc.property(ensemble, fc.integer({ min: 1, max: 40 }), ({ members, truth }, bins) => {
      const scores = score(meanProbs(members), truth, bins)
      const n = truth.labels.length
      const total = scores.eceBins.reduce((sum, { count }) => sum + count, 0)
      const right = scores.eceBins.reduce((sum, { count, accuracy }) => sum + count * accuracy, 0)
      assert.equal(total, n)
      assert.ok(near(right / n, scores.accuracy))
      for (const { lo, hi, confidence } of scores.eceBins)
        assert.ok(confidence > lo - 1e-12 && confidence <= hi + 1e-12)
      assert.ok(scores.ece >= 0 && scores.ece <= 1)
      assert.deepEqual(reliabilityBins(scores.argmax, scores.confidence, truth.labels, bins), scores.eceBins)
    }),
  )
})

test('a border belongs to the bin below it, 0 to the first and 1 to the last', () => {
  const bins = reliabilityBins([0, 0, 0, 0], [0, 0.25, 0.5, 1], [0, 0, 0, 1], 4)
  assert.deepEqual(
    bins.map(({ bin, count, accuracy }) => [bin, count, accuracy]),
    [
      [0, 2, 1],
      [1, 1, 1],
      [3, 1, 0],
    ],
  )
})

test('probability 0 for the true class is an infinite nll, not a clipped one', () => {
  const scores = score(Float32Array.of(1, 0, 0.5, 0.5), { labels: [1, 0], classes: 2 })
  assert.equal(scores.nll, Number.POSITIVE_INFINITY)
  assert.equal(scores.brier, (2 + 0.5) / 2)
  assert.equal(scores.accuracy, 0.5)
})

test('a certain and right predictor scores 0, with ties going to the lower class', () => {
  const scores = score(Float32Array.of(1, 0, 0, 1), { labels: [0, 1], classes: 2 })
  assert.ok(Object.is(scores.nll, 0))
  assert.deepEqual([scores.accuracy, scores.brier, scores.ece], [1, 0, 0])
  assert.deepEqual(Array.from(score(Float64Array.of(0.5, 0.5), { labels: [1], classes: 2 }).argmax), [0])
})

test('NaN probabilities count as wrong and show in every score that they spoil', () => {
  const { argmax, accuracy, nll, brier, ece } = score(Float32Array.of(Number.NaN, Number.NaN, 1, 0), {
    labels: [0, 0],
    classes: 2,
  })
  assert.deepEqual(Array.from(argmax), [-1, 0])
  assert.equal(accuracy, 0.5)
  assert.deepEqual([nll, brier, ece], [Number.NaN, Number.NaN, Number.NaN])
})

test('the last m members score as their mean does, smallest ensemble first', () => {
  fc.assert(
    fc.property(ensemble, ({ members, truth }) => {
      const table = lastM(members, truth)
      assert.deepEqual(
        table.map(({ size }) => size),
        members.map((_, k) => k + 1),
      )
      for (const { size, scores } of table) {
        const want = score(meanProbs(members.slice(-size)), truth)
        assert.ok(near(scores.nll, want.nll) && near(scores.brier, want.brier))
        scores.confidence.forEach((p, n) => {
          assert.ok(near(p, want.confidence[n] ?? -1))
        })
      }
    }),
  )
})

test('class rows add up to the whole', () => {
  fc.assert(
    fc.property(ensemble, ({ members, truth }) => {
      const { argmax, accuracy } = score(meanProbs(members), truth)
      const rows = perClass(argmax, truth)
      const sum = (pick: (row: (typeof rows)[number]) => number) =>
        rows.reduce((total, row) => total + pick(row), 0)
      assert.equal(rows.length, truth.classes)
      assert.equal(
        sum((row) => row.count),
        truth.labels.length,
      )
      assert.equal(
        sum((row) => row.predicted),
        truth.labels.length,
      )
      assert.ok(near(sum((row) => row.correct) / truth.labels.length, accuracy))
    }),
  )
})

test('a class without examples has no accuracy, one never predicted no precision', () => {
  const [first, second, third] = perClass([1, 1, -1], { labels: [0, 1, 1], classes: 3 })
  assert.deepEqual(first, { label: 0, count: 1, predicted: 0, correct: 0, accuracy: 0, precision: null })
  assert.deepEqual(second, { label: 1, count: 2, predicted: 2, correct: 1, accuracy: 0.5, precision: 0.5 })
  assert.deepEqual(third, { label: 2, count: 0, predicted: 0, correct: 0, accuracy: null, precision: null })
})

test('labels and shapes that do not fit are refused in a sentence', () => {
  const refused = (message: RegExp) => ({ name: 'UserError', message })
  const probs = Float32Array.of(1, 0)
  assert.throws(() => score(probs, { labels: [], classes: 2 }), refused(/at least one labelled example/))
  assert.throws(() => score(probs, { labels: [2], classes: 2 }), refused(/label 2 of example 0 .* 0 to 1/))
  assert.throws(
    () => score(probs, { labels: [0, 1], classes: 2 }),
    refused(/need 4 probabilities, received 2/),
  )
  assert.throws(() => score(probs, { labels: [0], classes: 2 }, 0), refused(/bins must be .* received 0/))
  assert.throws(() => lastM([], { labels: [0], classes: 2 }), refused(/at least one member/))
})
