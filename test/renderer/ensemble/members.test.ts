import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import type { EnsembleInfo } from '../../../shared/api/ensembles.ts'
import { combinationOf, findSaved } from '../../../shared/ensemble/combination.ts'
import { score } from '../../../shared/ensemble/index.ts'
import { allTicked, isTicked, only, withTick } from '../../../shared/ensemble/membership.ts'
import type { Predictions } from '../../../shared/ensemble/predictions.ts'
import { createWorkbench, type StoredAnswers } from '../../../shared/ensemble/workbench.ts'
import {
  type Candidate,
  nameOf,
  proposedName,
  runLetters,
} from '../../../src-renderer/ensemble/candidates.ts'
import {
  addressOfChoice,
  choiceSearch,
  startOfAddress,
} from '../../../src-renderer/ensemble/choiceAddress.ts'
import { costWords } from '../../../src-renderer/ensemble/cost.ts'
import { choiceWords, gainWords, membersWords } from '../../../src-renderer/ensemble/words.ts'

/** Thin spaces become plain ones: the words are what is tested. */
const plain = (text: string): string => text.replaceAll('\u202f', ' ')

const member = (snapshotId: number, runId: string, cycle: number): Candidate => ({
  ...{ snapshotId, runId },
  name: { unit: 'cycle', number: String(cycle) },
  runName: `run ${runId}`,
  epochs: 10 * cycle,
  stepsDone: 100 * cycle,
})
const five = [1, 2, 3, 4, 5].map((k) => member(k, 'a', k))

test('whoever comes later joins, unless the members were named one by one', () => {
  const without2 = withTick(allTicked, 2, false)
  assert.deepEqual(
    [1, 2, 3].map((id) => isTicked(without2, id)),
    [true, false, true],
  )
  assert.equal(isTicked(without2, 99), true)
  const named = withTick(only([1, 2]), 2, false)
  assert.deepEqual(
    [1, 2, 99].map((id) => isTicked(named, id)),
    [true, false, false],
  )
  assert.equal(isTicked(withTick(named, 99, true), 99), true)
})

test('a name is proposed that says which members they are', () => {
  assert.equal(proposedName(five, five.slice(2)), 'run a: last 3')
  assert.equal(
    proposedName(
      five,
      [five[0], five[4]].flatMap((each) => each ?? []),
    ),
    'run a: cycles 1, 5',
  )
  const both = [...five, member(6, 'b', 1)]
  assert.equal(proposedName(both, both.slice(3)), '3 snapshots of 2 runs')
  assert.equal(proposedName(five, []), '')
})

test('runs have letters in the order of their candidates', () => {
  const both = [...five, member(6, 'b', 1)]
  assert.deepEqual(
    [...runLetters(both)],
    [
      ['a', 'A'],
      ['b', 'B'],
    ],
  )
  assert.equal(nameOf(member(6, 'b', 1), true), 'run b · cycle 1')
})

test('the cost is training up to the last member of each run, and a forward pass each', () => {
  assert.equal(
    plain(costWords(five, 500)),
    'One run of 50 epochs paid for all 5 members (500 steps); predicting takes 5 forward passes instead of 1.',
  )
  assert.equal(
    plain(costWords([...five.slice(0, 2), member(6, 'b', 1)], 300)),
    '2 runs of 30 epochs together paid for the 3 members (300 steps); predicting takes 3 forward passes instead of 1.',
  )
  assert.equal(
    plain(costWords([member(6, 'b', 0.1)], 10)),
    'Trained for 1 epoch; predicting takes one forward pass.',
  )
  assert.match(plain(costWords(five, null)), /unknown: another program.* takes 5 forward passes/)
})

test('a gain within two standard errors is called what it may be', () => {
  const on = (examples: number) => ({ part: 'test', examples, chosenBy: 'all' }) as const
  assert.equal(
    plain(gainWords({ accuracy: 0.005, standardError: 0.0035 }, on(2000))),
    '0.50 pp better than the best snapshot, which may be chance; ± 0.35 pp standard error on 2 000 examples',
  )
  assert.equal(
    plain(gainWords({ accuracy: -0.03, standardError: 0.01 }, on(500))),
    '3.00 pp worse than the best snapshot; ± 1.00 pp standard error on 500 examples',
  )
  assert.match(gainWords({ accuracy: 0, standardError: 0 }, on(10)), /^as many errors as the best snapshot/)
})

test('members chosen with the judging scores in sight: any gain may be chance, and it is said why', () => {
  const large = { accuracy: 0.03, standardError: 0.001 }
  const judging = (part: 'test' | 'validation', chosenBy: 'all' | 'validation' | 'hand') => ({
    part,
    chosenBy,
    examples: 100,
  })
  for (const flattered of [judging('test', 'hand'), judging('validation', 'validation')]) {
    assert.match(gainWords(large, flattered), /may be chance/)
    assert.match(choiceWords(flattered) ?? '', /that flatters/)
  }
  for (const honest of [
    judging('test', 'validation'),
    judging('test', 'all'),
    judging('validation', 'all'),
  ]) {
    assert.doesNotMatch(gainWords(large, honest), /may be chance/)
    assert.equal(choiceWords(honest), undefined)
  }
})

const saved = (id: number, members: readonly (readonly [number, number])[]): EnsembleInfo => ({
  id,
  name: `ensemble ${id}`,
  method: 'weighted',
  members: members.map(([snapshotId, weight]) => ({
    ...{ snapshotId, weight, runId: 'a', runName: 'run a', cycle: 1 },
    ...{ valAccuracy: null, testAccuracy: null },
  })),
  ...{ valAccuracy: null, testAccuracy: null, scores: {}, createdAt: 0 },
})

test('a combination is known again by its method, members and shares', () => {
  const combination = combinationOf({
    candidates: five.slice(0, 3),
    choice: { method: 'weighted' },
    shares: [0.25, 0, 0.75],
  })
  assert.deepEqual(combination.members, [
    { snapshotId: 1, weight: 0.25 },
    { snapshotId: 3, weight: 0.75 },
  ])
  const others = [
    saved(1, [[1, 1]]),
    saved(2, [
      [1, 0.75],
      [3, 0.25],
    ]),
    saved(3, [
      [3, 0.75],
      [1, 0.25],
    ]),
  ]
  assert.equal(findSaved(others, combination)?.id, 3)
  assert.equal(findSaved(others, { ...combination, method: 'average' }), undefined)
  assert.equal(plain(membersWords({ members: [{ runId: 'a' }, { runId: 'b' }] })), '2 snapshots of 2 runs')
})

function answers(labels: readonly number[], classes = 2): Predictions {
  const truth = { labels, classes }
  const probs = new Float32Array(labels.length * classes).fill(1 / classes)
  return { truth, labels: Uint16Array.from(labels), probs, scores: score(probs, truth) }
}
const stored = (
  snapshotId: number,
  test: Predictions | null,
  validation: Predictions | null = null,
): StoredAnswers => ({
  ...{ snapshotId, test, validation },
})

test('who was asked other things cannot join, and why is said', () => {
  const { snapshotIds, refused, judged, validation } = createWorkbench([
    stored(1, null),
    stored(2, answers([0, 1, 1])),
    stored(3, answers([0, 1])),
    stored(4, answers([0, 1, 1], 3)),
    stored(5, answers([1, 0, 1])),
    stored(6, answers([0, 1, 1]), answers([0])),
    stored(7, answers([0, 1, 1])),
  ])
  assert.deepEqual(snapshotIds, [2, 7])
  assert.equal(validation, null)
  assert.equal(judged?.part, 'test')
  assert.deepEqual(
    refused.map(({ snapshotId }) => snapshotId),
    [1, 3, 4, 5, 6],
  )
  const [nothing, fewer, classes, order, more] = refused.map(({ reason }) => reason)
  assert.match(nothing ?? '', /kept no predictions/)
  assert.match(fewer ?? '', /2 test examples and the others about 3/)
  assert.match(classes ?? '', /3 classes and the others 2/)
  assert.match(order ?? '', /others, or in another order/)
  assert.match(more ?? '', /kept validation examples and the others did not/)
})

test('without predictions there is nothing to judge', () => {
  const { judged, refused } = createWorkbench([stored(1, null), stored(2, null)])
  assert.equal(judged, null)
  assert.equal(refused.length, 2)
})

test('a choice comes back from its address to the last digit, and who made it', () => {
  const workbench = { snapshotIds: [11, 12, 13] }
  const back = (made: Omit<Parameters<typeof addressOfChoice>[0], 'workbench'>) => {
    const written = JSON.parse(JSON.stringify(addressOfChoice({ ...made, workbench })))
    const { method, members, weights, by } = z.object(choiceSearch).parse(written)
    return startOfAddress({ method, members, weights, by })
  }
  const weights = [0.1 + 0.2, 1 / 3, 1e-17]
  const given = new Map(workbench.snapshotIds.map((id, k) => [id, weights[k] ?? 0]))
  const all = [true, true, true]
  assert.deepEqual(
    back({ choice: { method: 'weighted', ticked: all, weights }, given, chosenBy: 'validation' }),
    { method: 'weighted', snapshotIds: [11, 12, 13], shares: given, chosenBy: 'validation' },
  )
  const some = { ticked: [true, false, true], weights }
  assert.deepEqual(
    back({ choice: { method: 'average', ...some }, given: undefined, chosenBy: 'validation' }),
    {
      ...{ method: 'average', snapshotIds: [11, 13], chosenBy: 'validation' },
    },
  )
  // Shares that were chosen are chosen again, for whoever is ticked then.
  assert.deepEqual(
    back({ choice: { method: 'weighted', ticked: all, weights }, given: undefined, chosenBy: 'all' }),
    { method: 'weighted', snapshotIds: undefined },
  )
})

test('weights in an address that do not go with its members are chosen anew', () => {
  const address = { method: 'weighted', members: [11, 12], by: undefined } as const
  for (const weights of [[1], [0, 0], [1, 2, 3]])
    assert.deepEqual(startOfAddress({ ...address, members: [11, 12], weights }), {
      ...{ method: 'weighted', snapshotIds: [11, 12] },
    })
  assert.equal(
    startOfAddress({ ...address, members: [11, 12], method: 'average', weights: [1, 1] }).shares,
    undefined,
  )
  assert.equal(z.object(choiceSearch).parse({ weights: [-1], by: 'me' }).weights, undefined)
})
