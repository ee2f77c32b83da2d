import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { createPartAssessor } from '../../../shared/ensemble/assess.ts'
import type { Choice } from '../../../shared/ensemble/choice.ts'
import { classChanges, sortedBy } from '../../../shared/ensemble/classChanges.ts'
import { pairedDifference } from '../../../shared/ensemble/difference.ts'
import { anyRight, disagreementOf, meanDisagreement } from '../../../shared/ensemble/disagreement.ts'
import {
  combine,
  type Probs,
  perClass,
  score,
  softmaxRows,
  type Truth,
} from '../../../shared/ensemble/index.ts'
import type { PredictionMethod } from '../../../shared/ensemble/methods.ts'
import type { Predictions } from '../../../shared/ensemble/predictions.ts'
import { select } from '../../../shared/ensemble/selection.ts'
import { random } from '../../../shared/random.ts'
import { ensemble, near } from './arbitrary.ts'

/* The parts of the workbench beside the answer: brute force over shared/ensemble, and the reference's own numbers. */

function candidate(probs: Float32Array<ArrayBuffer>, truth: Truth): Predictions {
  return { truth, labels: Uint16Array.from(truth.labels), probs, scores: score(probs, truth) }
}

function mixture(
  members: readonly Predictions[],
  method: PredictionMethod,
  weights: readonly number[],
  classes: number,
): Probs {
  if (method === 'logitAverage') return combine(members, classes, { kind: 'geometric' })
  if (method === 'weighted') return combine(members, classes, { kind: 'weighted', weights })
  return combine(members, classes, { kind: 'mean' })
}

/** The accuracies a mixture may be said to have, as classes that are equally probable up to rounding are a tie. */
function accuracyRange(probs: Probs, { labels, classes }: Truth): readonly [number, number] {
  let [least, most] = [0, 0]
  for (let row = 0; row < labels.length; row++) {
    const at = Array.from(probs.subarray(row * classes, (row + 1) * classes))
    const top = Math.max(...at)
    const own = at[labels[row] ?? 0] ?? Number.NaN
    if (!near(own, top)) continue
    most++
    if (at.filter((p) => near(p, top)).length === 1) least++
  }
  return [least / labels.length, most / labels.length]
}

test('what a member adds is what combining the others lacks', () => {
  const methods = fc.constantFrom<PredictionMethod>('average', 'logitAverage', 'weighted')
  const ticks = fc.array(fc.boolean(), { minLength: 5, maxLength: 5 })
  const shares = fc.array(fc.constantFrom(0, 0.25, 0.5, 1), { minLength: 5, maxLength: 5 })
  fc.assert(
    fc.property(ensemble, methods, ticks, shares, ({ members, truth }, method, ticked, weights) => {
      const candidates = members.map(({ probs }) => candidate(probs, truth))
      const choice: Choice = {
        method,
        ticked: ticked.slice(0, members.length),
        weights: weights.slice(0, members.length),
      }
      const got = createPartAssessor(candidates, truth, 0).gainOfEach(choice)
      const isMember = (k: number): boolean =>
        choice.ticked[k] === true && (method !== 'weighted' || (choice.weights[k] ?? 0) > 0)
      const places = candidates.flatMap((_, k) => (isMember(k) ? [k] : []))
      candidates.forEach((_, k) => {
        if (!isMember(k) || places.length < 2) {
          assert.equal(got[k], null)
          return
        }
        const others = places.filter((place) => place !== k)
        const rest = mixture(
          others.flatMap((place) => candidates[place] ?? []),
          method,
          others.map((place) => choice.weights[place] ?? 0),
          truth.classes,
        )
        const whole = mixture(
          places.flatMap((place) => candidates[place] ?? []),
          method,
          places.map((place) => choice.weights[place] ?? 0),
          truth.classes,
        )
        const [least, most] = accuracyRange(rest, truth)
        const [wholeLeast, wholeMost] = accuracyRange(whole, truth)
        const gain = got[k]?.accuracy ?? Number.NaN
        assert.ok(gain >= wholeLeast - most - 1e-12 && gain <= wholeMost - least + 1e-12, `gain ${gain}`)
      })
    }),
  )
})

test('of many confident members, some ruling classes out, leaving one out counts as it does one by one', () => {
  const [members, examples, classes] = [15, 400, 4]
  const rng = random(1, 'confident')
  const labels = Array.from({ length: examples }, () => rng.below(classes))
  const truth = { labels, classes }
  const candidates = Array.from({ length: members }, (_, k) => {
    const logits = labels.flatMap((label, row) =>
      Array.from({ length: classes }, (_, c) => {
        // Every tenth example is hard, and every seventh has a class that most of the members rule out.
        if (row % 7 === 0 && c === (label + 1) % classes && k % 4 !== 0) return Number.NEGATIVE_INFINITY
        return 8 * rng.next() + (c === label && row % 10 !== 0 ? 3 : 0)
      }),
    )
    return candidate(Float32Array.from(softmaxRows(logits, classes)), truth)
  })
  const choice = { method: 'logitAverage' as const, ticked: candidates.map(() => true), weights: [] }
  const got = createPartAssessor(candidates, truth, 0).gainOfEach(choice)
  const guesses = (chosen: readonly Predictions[]): Int32Array =>
    score(mixture(chosen, 'logitAverage', [], classes), truth).argmax
  const whole = guesses(candidates)
  const want = candidates.map((_, k) => pairedDifference(whole, guesses(candidates.toSpliced(k, 1)), labels))
  assert.deepEqual(got, want)
  assert.ok(new Set(want.map(({ accuracy }) => accuracy)).size > 1, 'it makes a difference which one goes')
})

const golden = z
  .array(
    z.object({
      name: z.string(),
      classes: z.int(),
      logits: z.array(z.array(z.array(z.number()))),
      labels: z.array(z.int()),
      expected: z.object({
        disagreementMatrix: z.array(z.array(z.number())),
        meanPairwiseDisagreement: z.number().nullable(),
        oracleAccuracy: z.number(),
      }),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('../../golden/cases/ensemble.json', import.meta.url), 'utf8')))

for (const { name, classes, logits, labels, expected } of golden) {
  test(`disagreement is that of the reference example ${name}`, () => {
    const truth = { labels, classes }
    const candidates = logits.map((rows) =>
      candidate(Float32Array.from(softmaxRows(rows.flat(), classes)), truth),
    )
    const table = disagreementOf(candidates)
    expected.disagreementMatrix.forEach((row, i) => {
      row.forEach((share, j) => {
        assert.ok(near(table[i]?.[j] ?? -1, share), `${i}, ${j}`)
      })
    })
    const mean = meanDisagreement(candidates)
    if (expected.meanPairwiseDisagreement === null) assert.equal(mean, undefined)
    else assert.ok(near(mean ?? -1, expected.meanPairwiseDisagreement))
    assert.ok(near(anyRight(candidates, labels), expected.oracleAccuracy))
  })
}

test('mean disagreement, counted by example, is the mean over all pairs', () => {
  fc.assert(
    fc.property(ensemble, ({ members, truth }) => {
      const candidates = members.map(({ probs }) => candidate(probs, truth))
      const table = disagreementOf(candidates)
      const pairs = table.flatMap((row, i) => row.slice(0, i))
      const mean = meanDisagreement(candidates)
      if (pairs.length === 0) assert.equal(mean, undefined)
      else assert.ok(near(mean ?? -1, pairs.reduce((sum, share) => sum + share, 0) / pairs.length))
    }),
  )
})

test('classes are told by what changed most, and add up to the whole', () => {
  fc.assert(
    fc.property(ensemble, ({ members, truth }) => {
      const candidates = members.map(({ probs }) => candidate(probs, truth))
      const ticked = members.map(() => true)
      const assessed = createPartAssessor(candidates, truth, 0).assess({
        method: 'average',
        ticked,
        weights: [],
      })
      assert.ok(assessed)
      const rows = classChanges(assessed)
      const best = candidates[0]
      assert.ok(best)
      const own = perClass(best.scores.argmax, truth)
      assert.deepEqual(
        rows.map((row) => row.best),
        own.map(({ accuracy }) => accuracy),
      )
      const gained = rows.reduce((sum, { change }) => sum + change, 0) / truth.labels.length
      assert.ok(near(gained, assessed.gain.accuracy))
      const sizes = sortedBy(rows, 'change').map((row) => Math.abs((row.ensemble ?? 0) - (row.best ?? 0)))
      assert.deepEqual(
        sizes,
        sizes.toSorted((a, b) => b - a),
      )
      assert.deepEqual(sortedBy(rows, 'class'), rows)
    }),
  )
})

test('the best subset is the best of all there are, by likelihood on the examples it was given', () => {
  fc.assert(
    fc.property(ensemble, ({ members, truth }) => {
      const { subset, greedyWeights, greedyNll } = select({
        probs: members.map(({ probs }) => Float32Array.from(probs)),
        labels: Uint16Array.from(truth.labels),
        classes: truth.classes,
        everySubset: true,
      })
      assert.ok(subset)
      const nllOf = (places: readonly number[]): number =>
        score(
          combine(
            places.flatMap((k) => members[k] ?? []),
            truth.classes,
          ),
          truth,
        ).nll
      for (let bits = 1; bits < 2 ** members.length; bits++) {
        const places = members.flatMap((_, k) => ((bits >> k) % 2 === 1 ? [k] : []))
        assert.ok(nllOf(places) >= subset.nll - 1e-9)
      }
      assert.ok(near(nllOf(subset.members), subset.nll))
      const weighted = combine(members, truth.classes, { kind: 'weighted', weights: greedyWeights })
      assert.ok(near(score(weighted, truth).nll, greedyNll))
      const alone = Math.min(...members.map((_, k) => nllOf([k])))
      assert.ok(greedyNll <= alone + 1e-9, 'the first pick is the best single one')
    }),
    { numRuns: 60 },
  )
})
