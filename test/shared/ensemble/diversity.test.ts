import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { divergence, diversity, meanProbs, score, uncertainty } from '../../../shared/ensemble/index.ts'
import { ensemble, near } from './arbitrary.ts'

/** Pearson correlation straight from its definition; NaN where a vector is constant. */
function pearson(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length
  const [ma, mb] = [mean(a), mean(b)]
  const moment = (f: (i: number) => number) => mean(a.map((_, i) => f(i)))
  const da = (i: number) => (a[i] ?? 0) - ma
  const db = (i: number) => (b[i] ?? 0) - mb
  return moment((i) => da(i) * db(i)) / Math.sqrt(moment((i) => da(i) ** 2) * moment((i) => db(i) ** 2))
}

test('the error correlation is Pearson on the error vectors, null where a member is always or never right', () => {
  fc.assert(
    fc.property(ensemble, ({ members, truth }) => {
      const errors = members.map(({ probs }) =>
        Array.from(score(probs, truth).argmax, (guess, n) => (guess === truth.labels[n] ? 0 : 1)),
      )
      const constant = errors.map((vector) => vector.every((error) => error === vector[0]))
      const { errorCorrelationMatrix } = diversity(members, truth)
      errors.forEach((a, i) => {
        errors.forEach((b, j) => {
          const got = errorCorrelationMatrix[i]?.[j]
          if (constant[i] || constant[j]) assert.equal(got, null)
          else assert.ok(typeof got === 'number' && Math.abs(got - pearson(a, b)) < 1e-9)
        })
      })
    }),
  )
})

test('pair counts tile the examples; matrices are symmetric; the oracle is no worse than any member', () => {
  fc.assert(
    fc.property(ensemble, ({ members, truth }) => {
      const got = diversity(members, truth)
      assert.equal(got.pairs.length, (members.length * (members.length - 1)) / 2)
      for (const { i, j, bothCorrect, bothWrong, onlyICorrect, onlyJCorrect, disagreement } of got.pairs) {
        const total = bothCorrect + bothWrong + onlyICorrect + onlyJCorrect
        assert.ok(i < j)
        assert.equal(total, truth.labels.length)
        assert.ok(disagreement >= (onlyICorrect + onlyJCorrect) / total)
        assert.equal(got.disagreementMatrix[i]?.[j], got.disagreementMatrix[j]?.[i])
        assert.equal(got.qStatisticMatrix[i]?.[j], got.qStatisticMatrix[j]?.[i])
      }
      for (const { probs } of members) assert.ok(got.oracleAccuracy >= score(probs, truth).accuracy)
    }),
  )
})

test('mutual information is the mean divergence of the members from their mean', () => {
  fc.assert(
    fc.property(ensemble, ({ members, truth }) => {
      const { classes } = truth
      const mean = meanProbs(members)
      const { mutualInformation } = uncertainty(members, classes)
      mutualInformation.forEach((got, n) => {
        let want = 0
        for (const { probs } of members) {
          for (let i = n * classes; i < (n + 1) * classes; i++) {
            const p = probs[i] ?? 0
            if (p > 0) want += (p * Math.log(p / (mean[i] ?? 0))) / members.length
          }
        }
        assert.ok(Math.abs(got - want) < 1e-9, `${got} against ${want}`)
      })
    }),
  )
})

test('divergences: 0 from itself, the direct sum elsewhere, Infinity where the other says impossible', () => {
  const p = { probs: Float64Array.of(0.5, 0.5, 1, 0) }
  const q = { probs: Float64Array.of(0.25, 0.75, 0.5, 0.5) }
  const { klMatrix, meanPairwiseKl } = divergence([p, q], 2)
  const forward = (0.5 * Math.log(0.5 / 0.25) + 0.5 * Math.log(0.5 / 0.75) + Math.log(1 / 0.5)) / 2
  assert.equal(klMatrix[0]?.[0], 0)
  assert.ok(near(klMatrix[0]?.[1] ?? -1, forward))
  assert.equal(klMatrix[1]?.[0], Number.POSITIVE_INFINITY)
  assert.equal(meanPairwiseKl, Number.POSITIVE_INFINITY)
  assert.equal(divergence([p], 2).meanPairwiseKl, null)
})

test('certain members have no entropy of their own; their contradiction is all mutual information', () => {
  const members = [{ probs: Float32Array.of(1, 0) }, { probs: Float32Array.of(0, 1) }]
  const { predictiveEntropy, expectedEntropy, mutualInformation } = uncertainty(members, 2)
  assert.equal(expectedEntropy[0], 0)
  assert.ok(near(predictiveEntropy[0] ?? -1, Math.LN2))
  assert.ok(near(mutualInformation[0] ?? -1, Math.LN2))
})
