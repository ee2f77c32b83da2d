import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  bestSubset,
  greedySelection,
  type Member,
  meanProbs,
  score,
  type Truth,
} from '../../../shared/ensemble/index.ts'
import { ensemble, near } from './arbitrary.ts'

const metric = fc.constantFrom('nll' as const, 'accuracy' as const)

/** Lower is better. */
function loss(members: readonly Member[], truth: Truth, by: 'nll' | 'accuracy'): number {
  const scores = score(meanProbs(members), truth)
  return by === 'nll' ? scores.nll : -scores.accuracy
}

function at(members: readonly Member[], indices: readonly number[]): Member[] {
  return indices.flatMap((k) => members[k] ?? [])
}

test('each greedy round adds a member that no other beats, and reports the mean that it makes', () => {
  fc.assert(
    fc.property(ensemble, metric, fc.integer({ min: 1, max: 6 }), ({ members, truth }, by, rounds) => {
      const got = greedySelection(members, truth, { metric: by, rounds })
      assert.equal(got.order.length, rounds)
      got.order.forEach((_, round) => {
        const before = got.order.slice(0, round)
        const losses = members.map((_, k) => loss(at(members, [...before, k]), truth, by))
        const chosen = losses[got.order[round] ?? -1] ?? Number.NaN
        assert.ok(chosen <= Math.min(...losses) + 1e-11)
        assert.equal(got.order[round], got.tiedCandidates[round]?.[0])
        assert.ok(near(by === 'nll' ? chosen : -chosen, got.scoreAfterRound[round] ?? Number.NaN))
      })
    }),
  )
})

test('counts, weights and the best prefix follow from the order', () => {
  fc.assert(
    fc.property(ensemble, metric, fc.integer({ min: 1, max: 12 }), ({ members, truth }, by, rounds) => {
      const got = greedySelection(members, truth, { metric: by, rounds })
      const tally = (order: readonly number[]) =>
        members.map((_, k) => order.filter((pick) => pick === k).length)
      assert.deepEqual(got.counts, tally(got.order))
      assert.deepEqual(got.bestPrefixCounts, tally(got.order.slice(0, got.bestPrefixLength)))
      assert.ok(
        near(
          got.weights.reduce((a, b) => a + b, 0),
          1,
        ),
      )
      const losses = got.scoreAfterRound.map((value) => (by === 'nll' ? value : -value))
      const best = Math.min(...losses)
      assert.equal(losses.findIndex((value) => value <= best + 1e-12) + 1, got.bestPrefixLength)
    }),
  )
})

test('the best subset is the best of all subsets, the smaller one on a tie', () => {
  fc.assert(
    fc.property(ensemble, metric, ({ members, truth }, by) => {
      const got = bestSubset(members, truth, by)
      const mine = by === 'nll' ? got.score : -got.score
      assert.ok(near(loss(at(members, got.members), truth, by), mine))
      for (let mask = 1; mask < 2 ** members.length; mask++) {
        const subset = members.filter((_, k) => (mask >> k) & 1)
        const other = loss(subset, truth, by)
        assert.ok(mine <= other + 1e-11)
        if (by === 'accuracy' && other === mine) assert.ok(got.members.length <= subset.length)
      }
    }),
  )
})

test('members that are all infinitely wrong tie, and a diverged one loses to them', () => {
  const truth = { labels: [0], classes: 2 }
  const wrong = { probs: Float32Array.of(0, 1) }
  const diverged = { probs: Float32Array.of(Number.NaN, Number.NaN) }
  const tied = greedySelection([wrong, wrong], truth, { metric: 'nll', rounds: 2 })
  assert.deepEqual(tied.order, [0, 0])
  assert.deepEqual(tied.tiedCandidates, [
    [0, 1],
    [0, 1],
  ])
  assert.equal(tied.bestPrefixLength, 1)
  assert.deepEqual(tied.scoreAfterRound, [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
  assert.deepEqual(greedySelection([diverged, wrong], truth, { metric: 'nll', rounds: 2 }).order, [1, 1])
  assert.deepEqual(bestSubset([diverged, wrong], truth, 'nll').members, [1])
})

test('unusable requests are refused in a sentence', () => {
  const truth = { labels: [0], classes: 2 }
  const member = { probs: Float32Array.of(1, 0) }
  const refused = (message: RegExp) => ({ name: 'UserError', message })
  assert.throws(
    () => greedySelection([member], truth, { metric: 'nll', rounds: 0 }),
    refused(/rounds .* received 0/),
  )
  assert.throws(
    () => greedySelection([], truth, { metric: 'nll', rounds: 1 }),
    refused(/at least one member/),
  )
  assert.throws(
    () => bestSubset(new Array<Member>(13).fill(member), truth, 'nll'),
    refused(/12 members, received 13/),
  )
})
