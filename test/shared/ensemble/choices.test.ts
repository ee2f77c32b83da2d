import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hurtfulStart } from '../../../shared/ensemble/earlyMembers.ts'
import { equalCost } from '../../../shared/ensemble/equalCost.ts'
import { combine, greedySelection, type Member, score, softmaxRows } from '../../../shared/ensemble/index.ts'
import { judgeChoices, memberChoices, optimismOf } from '../../../shared/ensemble/memberChoices.ts'
import { select } from '../../../shared/ensemble/selection.ts'
import { type CostedRun, trainingCost } from '../../../shared/ensemble/trainingCost.ts'
import { random } from '../../../shared/random.ts'
import { ensemble, near } from './arbitrary.ts'

/** Members whose logits lean to the label by so much. */
function leaning(leans: readonly number[], examples: number, classes = 3) {
  const rng = random(3, 'choices')
  const labels = Array.from({ length: examples }, () => rng.below(classes))
  const members = leans.map((lean): Member => {
    const logits = labels.flatMap((label) =>
      Array.from({ length: classes }, (_, c) => 3 * rng.next() + (c === label ? lean : 0)),
    )
    return { probs: Float32Array.from(softmaxRows(logits, classes)) }
  })
  return { members, truth: { labels, classes } }
}

test('every rule gives shares whose NLL is that of combining with them, and the fitted ones are the least', () => {
  fc.assert(
    fc.property(ensemble, ({ members, truth }) => {
      const choices = memberChoices(members, truth)
      const fitted = choices.find(({ rule }) => rule === 'fitted')
      for (const { weights, nll } of choices) {
        assert.ok(
          near(
            weights.reduce((sum, one) => sum + one, 0),
            1,
          ),
        )
        const mixture = combine(members, truth.classes, { kind: 'weighted', weights })
        assert.ok(near(nll, score(mixture, truth).nll))
        assert.ok(nll >= (fitted?.nll ?? Number.NaN) - 1e-3)
      }
    }),
    { numRuns: 40 },
  )
})

test('what was chosen on a few examples flatters itself, and what was not chosen does not', () => {
  const { members, truth } = leaning([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5], 40)
  for (const choice of memberChoices(members, truth)) {
    const optimism = optimismOf(choice) ?? Number.NaN
    if (choice.rule === 'all' || choice.rule === 'last') assert.equal(optimism, 0)
    else assert.ok(optimism > 0, `${choice.rule}: ${optimism}`)
  }
})

test('how much of choosing is done only grows, and is all of it at the end', () => {
  const { members, truth } = leaning([1, 0.5, 2, 1.5], 60)
  const shares: number[] = []
  memberChoices(members, truth, ['all', 'greedy', 'subset', 'fitted'], (share) => shares.push(share))
  assert.deepEqual(
    shares,
    shares.toSorted((a, b) => a - b),
  )
  assert.ok(shares.length > 12 && near(shares.at(-1) ?? 0, 1), shares.join())
  const greedy: number[] = []
  const probs = members.map((member) => Float32Array.from(member.probs))
  const labels = Uint16Array.from(truth.labels)
  select({ probs, labels, classes: truth.classes, everySubset: false }, (share) => greedy.push(share))
  assert.ok(greedy.length > 10 && greedy.at(-1) === 1, greedy.join())
})

test('of more members than can be tried in subsets, that rule is left out', () => {
  const { members, truth } = leaning(new Array<number>(13).fill(1), 10)
  assert.deepEqual(
    memberChoices(members, truth).map(({ rule }) => rule),
    ['all', 'last', 'greedy', 'fitted'],
  )
})

test('a choice is judged by its own mixture, against the average of all', () => {
  const { members, truth } = leaning([0.2, 1, 2], 50)
  const judged = judgeChoices(memberChoices(members, truth), members, truth)
  const last = judged.find(({ rule }) => rule === 'last')
  assert.equal(last?.members, 1)
  assert.equal(last?.scores.accuracy, score(members[2]?.probs ?? new Float32Array(), truth).accuracy)
  assert.deepEqual(judged[0]?.gain, { accuracy: 0, standardError: 0 })
})

test('sorted initialisation begins with the best alone, as many as make the best mean, and then goes on', () => {
  const { members, truth } = leaning([0.1, 2, 1.9, 0.2], 200)
  const chosen = greedySelection(members, truth, { metric: 'nll', rounds: 10, sortedStart: true })
  const alone = members.map(({ probs }) => score(probs, truth).nll)
  const order = [0, 1, 2, 3].sort((a, b) => (alone[a] ?? 0) - (alone[b] ?? 0))
  const means = order.map(
    (_, k) =>
      score(
        combine(
          order.slice(0, k + 1).flatMap((m) => members[m] ?? []),
          truth.classes,
        ),
        truth,
      ).nll,
  )
  const size = means.indexOf(Math.min(...means)) + 1
  assert.deepEqual(chosen.order.slice(0, size), order.slice(0, size))
  assert.equal(chosen.order.length, 10)
  const picks = chosen.order.flatMap((m) => members[m] ?? [])
  assert.ok(near(chosen.scoreAfterRound[9] ?? 0, score(combine(picks, truth.classes), truth).nll))
})

test('early members are told to hurt where they do, and not where that may be chance', () => {
  const bad = leaning([-6, 2, 2], 400)
  const found = hurtfulStart(bad.members, bad.truth)
  assert.equal(found?.dropped, 1)
  assert.equal(found.kept, 2)
  const alike = leaning([1, 1, 1.05], 100)
  assert.equal(hurtfulStart(alike.members, alike.truth), null)
  assert.equal(hurtfulStart(alike.members.slice(0, 1), alike.truth), null)
})

const root: CostedRun = { id: 'root', kind: 'training', origin: null }
const branch = (id: string, stepsDone: number, runId = 'root'): CostedRun => ({
  id,
  kind: 'training',
  origin: { kind: 'branch', runId, runName: '', stepsDone, weightsSha256: null, streamFrom: stepsDone },
})
const lab = (runs: readonly CostedRun[]) => new Map(runs.map((run) => [run.id, run]))

test('a trunk is paid for once, whoever branched off it', () => {
  const runs = lab([root, branch('a', 100), branch('b', 60), branch('c', 20, 'b')])
  const cost = (...of: readonly [string, number][]) =>
    trainingCost(
      of.map(([runId, stepsDone]) => ({ runId, stepsDone })),
      runs,
    )
  assert.equal(cost(['root', 50], ['root', 80]), 80)
  assert.equal(cost(['a', 10]), 110)
  assert.equal(cost(['a', 10], ['b', 30]), 100 + 10 + 30)
  assert.equal(cost(['a', 10], ['root', 120]), 120 + 10)
  assert.equal(cost(['c', 5]), 60 + 20 + 5)
  assert.equal(trainingCost([{ runId: 'orphan', stepsDone: 5 }], lab([branch('orphan', 40, 'gone')])), 45)
})

test('what another program trained has no known cost', () => {
  const runs = lab([root, { ...root, id: 'theirs', kind: 'elsewhere' }])
  const all = ['root', 'theirs'].map((runId) => ({ runId, stepsDone: 10 }))
  assert.equal(trainingCost(all, runs), null)
})

test('at equal cost: snapshots of one run against models that each got a share', () => {
  const { members, truth } = leaning([0.5, 1, 1.5, 0.5, 1, 1.5], 90)
  const runs = [members.slice(0, 3), members.slice(3)].map((own) =>
    own.map(({ probs }, k) => ({ probs, cost: 10 * (k + 1) })),
  )
  const table = equalCost(runs, truth)
  assert.deepEqual(
    table.map(({ budget, snapshots, independent }) => [budget, snapshots?.members, independent.length]),
    [
      [10, undefined, 0],
      [20, 2, 1],
      [30, 3, 1],
    ],
  )
  const accuracy = (places: readonly number[]): number =>
    score(
      combine(
        places.flatMap((k) => members[k] ?? []),
        truth.classes,
      ),
      truth,
    ).accuracy
  const at20 = table[1]
  assert.ok(at20 !== undefined)
  assert.ok(near(at20.single.accuracy, (accuracy([1]) + accuracy([4])) / 2))
  assert.ok(near(at20.snapshots?.accuracy ?? 0, (accuracy([0, 1]) + accuracy([3, 4])) / 2))
  assert.ok(near(at20.independent[0]?.accuracy ?? 0, accuracy([0, 3])))
  const ahead = at20.independent[0]?.snapshotsAhead
  assert.ok(near(ahead?.accuracy ?? 0, (at20.snapshots?.accuracy ?? 0) - accuracy([0, 3])))
  assert.ok((ahead?.standardError ?? 0) > 0)
})
