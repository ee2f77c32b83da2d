import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  combine,
  geometricMeanProbs,
  logitAverageProbs,
  softmaxRows,
} from '../../../shared/ensemble/index.ts'
import { ensemble, near } from './arbitrary.ts'

function assertRowsSumTo1(probs: Float64Array, classes: number): void {
  for (let row = 0; row < probs.length; row += classes) {
    const sum = probs.subarray(row, row + classes).reduce((a, b) => a + b, 0)
    assert.ok(Math.abs(sum - 1) < 1e-6, `row at ${row} sums to ${sum}`)
  }
}

test('every combination is a distribution, between the least and the greatest member for the means', () => {
  fc.assert(
    fc.property(ensemble, fc.nat(9), ({ members, truth }, lead) => {
      const weights = members.map((_, k) => (k === 0 ? lead + 1 : k))
      const mean = combine(members, truth.classes)
      const weighted = combine(members, truth.classes, { kind: 'weighted', weights })
      for (const probs of [mean, weighted, combine(members, truth.classes, { kind: 'geometric' })]) {
        assertRowsSumTo1(probs, truth.classes)
      }
      for (const probs of [mean, weighted]) {
        probs.forEach((p, i) => {
          const all = members.map((member) => member.probs[i] ?? Number.NaN)
          assert.ok(p >= Math.min(...all) - 1e-15 && p <= Math.max(...all) + 1e-15)
        })
      }
    }),
  )
})

test('equal weights are the mean, and weights need not sum to 1', () => {
  fc.assert(
    fc.property(ensemble, fc.double({ min: 0.1, max: 50, noNaN: true }), ({ members, truth }, weight) => {
      const weights = members.map(() => weight)
      const weighted = combine(members, truth.classes, { kind: 'weighted', weights })
      combine(members, truth.classes).forEach((p, i) => {
        assert.ok(near(weighted[i] ?? -1, p))
      })
    }),
  )
})

test('the geometric mean of softmax outputs is the softmax of the mean logits', () => {
  const logits = [Float64Array.of(0.1, 2, -1, 3, -40, 0), Float64Array.of(1, 0, 0.5, -2, 30, 30)]
  const members = logits.map((matrix) => ({ probs: softmaxRows(matrix, 3) }))
  const want = logitAverageProbs(logits, 3)
  geometricMeanProbs(members, 3).forEach((p, i) => {
    assert.ok(near(p, want[i] ?? -1), `${p} against ${want[i]}`)
  })
})

test('the geometric mean of rows with zeros is the limit of ever smaller probabilities', () => {
  // In each row one class alone is ruled out by nobody.
  const members = [
    { probs: Float64Array.of(0.5, 0.5, 0, 0.8, 0.2, 0) },
    { probs: Float64Array.of(1, 0, 0, 0, 0.5, 0.5) },
  ]
  const got = geometricMeanProbs(members, 3)
  const limit = members.map(({ probs }) => ({ probs: probs.map((p) => (p === 0 ? 1e-300 : p)) }))
  assert.deepEqual(Array.from(got.subarray(0, 3)), [1, 0, 0])
  assert.deepEqual(Array.from(got.subarray(3)), [0, 1, 0])
  geometricMeanProbs(limit, 3).forEach((p, i) => {
    assert.ok(near(p, got[i] ?? -1))
  })

  const contradicting = [{ probs: Float32Array.of(0.8, 0.2, 0) }, { probs: Float32Array.of(0, 0, 1) }]
  const settled = geometricMeanProbs(contradicting, 3)
  const third = 1 / (Math.sqrt(0.8) + Math.sqrt(0.2) + 1)
  const want = [Math.sqrt(0.8) * third, Math.sqrt(0.2) * third, third]
  want.forEach((p, i) => {
    assert.ok(Math.abs(p - (settled[i] ?? -1)) < 1e-7, `${settled[i]} against ${p}`)
  })
})

test('softmax survives logits that overflow an exponential', () => {
  assert.deepEqual(Array.from(softmaxRows([1000, 0, -1000, 1000], 2)), [1, 0, 0, 1])
})

test('a member of weight 0 is left out even if it diverged', () => {
  const members = [{ probs: Float32Array.of(0.25, 0.75) }, { probs: Float32Array.of(Number.NaN, Number.NaN) }]
  const weighted = combine(members, 2, { kind: 'weighted', weights: [2, 0] })
  assert.deepEqual(Array.from(weighted), [0.25, 0.75])
  assert.ok(combine(members, 2).every(Number.isNaN))
})

test('what cannot be combined is refused in a sentence', () => {
  const a = { probs: Float32Array.of(0.5, 0.5) }
  const b = { probs: Float32Array.of(0.5, 0.5, 1, 0) }
  const refused = (message: RegExp) => ({ name: 'UserError', message })
  assert.throws(() => combine([], 2), refused(/at least one member/))
  assert.throws(() => combine([a, b], 2), refused(/members hold 2 and 4 probabilities/))
  assert.throws(() => combine([a, b], 2, { kind: 'geometric' }), refused(/members hold 2 and 4/))
  const weigh = (weights: number[]) => () => combine([a, a], 2, { kind: 'weighted', weights })
  assert.throws(weigh([1]), refused(/2 members need 2 weights, received 1/))
  assert.throws(weigh([1, -1]), refused(/finite number >= 0, received -1/))
  assert.throws(weigh([1, Number.NaN]), refused(/received NaN/))
  assert.throws(weigh([0, 0]), refused(/at least one weight must be above 0/))
})
