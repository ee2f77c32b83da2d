import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import type { TrainerEventOf } from '../../../shared/run/messages.ts'
import { connect } from '../../../src-main/store/database.ts'
import { createEpochDigests, type EpochDigest } from '../../../src-main/store/epochDigest.ts'
import { claimedRun, openFor, snapshot, tempFolder } from './fixtures.ts'

type Scores = Pick<TrainerEventOf<'epoch'>, 'valAccuracy' | 'testAccuracy' | 'trainAccuracy'>

interface Epoch extends Scores {
  /** Of a snapshot in the middle of it. */
  readonly middle: Pick<Scores, 'valAccuracy' | 'testAccuracy'> | null
  /** Whether there is a snapshot of its last step, with the same scores. */
  readonly endsCycle: boolean
}

const lastStep = (epoch: number): number => epoch * 100 - 1
const middleStep = (epoch: number): number => epoch * 100 - 50

/** What the digest should be, from all epochs and snapshots. */
function expected(epochs: readonly Epoch[], hasValidation: boolean) {
  const evaluations = epochs.flatMap(({ middle, endsCycle: _, ...scores }, i) => [
    ...(middle === null ? [] : [{ ...middle, trainAccuracy: null, step: middleStep(i + 1), epoch: null }]),
    { ...scores, step: lastStep(i + 1), epoch: i + 1 },
  ])
  const judged = (['valAccuracy', 'testAccuracy', 'trainAccuracy'] as const).find((part) =>
    evaluations.some((each) => each[part] !== null),
  )
  const values =
    judged === undefined || (judged === 'trainAccuracy' && hasValidation)
      ? []
      : evaluations.map((each) => each[judged] ?? -1)
  const validation = epochs.flatMap(({ valAccuracy }) => valAccuracy ?? [])
  const curve = validation.length > 0 ? validation : epochs.map(({ trainAccuracy }) => trainAccuracy)
  const n = curve.length
  const spark = curve.filter((_, i) => n <= 48 || Math.floor(((i + 1) * 48) / n) > Math.floor((i * 48) / n))
  const place = (evaluation: (typeof evaluations)[number] | undefined) =>
    evaluation === undefined ? null : [evaluation.step, evaluation.epoch]
  return {
    last: place(evaluations.findLast((each) => (each.valAccuracy ?? each.testAccuracy) !== null)),
    best: place(evaluations[values.indexOf(Math.max(...values))]),
    spark,
  }
}

const placeOf = (evaluation: EpochDigest['best'] | undefined) =>
  evaluation ? [evaluation.step, evaluation.epoch] : null

const shown = (digest: EpochDigest | undefined) => ({
  last: placeOf(digest?.last),
  best: placeOf(digest?.best),
  spark: digest?.spark,
})

// Few values, so that ties come.
const accuracy = fc.integer({ min: 0, max: 5 }).map((n) => n / 5)
const scores: fc.Arbitrary<Epoch> = fc.record({
  trainAccuracy: accuracy,
  valAccuracy: fc.option(accuracy),
  testAccuracy: fc.option(accuracy),
  middle: fc.option(fc.record({ valAccuracy: fc.option(accuracy), testAccuracy: fc.option(accuracy) }), {
    freq: 2,
  }),
  endsCycle: fc.boolean(),
})
const noValidation = scores.map((each) => ({
  ...each,
  valAccuracy: null,
  middle: each.middle && { ...each.middle, valAccuracy: null },
}))
const trainingOnly = noValidation.map((each) => ({ ...each, testAccuracy: null, middle: null }))
const history = fc.oneof(
  fc.array(scores, { maxLength: 130 }),
  fc.array(noValidation, { maxLength: 130 }),
  fc.array(trainingOnly, { maxLength: 60 }),
  fc
    .tuple(fc.array(noValidation, { maxLength: 60 }), fc.array(scores, { maxLength: 60 }))
    .map((both) => both.flat()),
)

test('epochs followed one by one and epochs read at once give the digest of all of them', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path)
  const db = connect(path, { readonly: true })
  const others = Array.from({ length: 20 }, () => ({ id: claimedRun(store).id, hasValidation: true }))
  const looks = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 })
  try {
    fc.assert(
      fc.property(history, looks, fc.boolean(), (epochs, looks, hasValidation) => {
        const run = claimedRun(store)
        const digests = createEpochDigests(db)
        const own = { id: run.id, hasValidation }
        let seq = 0
        const put = (epoch: number, { valAccuracy, testAccuracy, trainAccuracy }: Scores, step: number) =>
          store.record([
            {
              ...{ runId: run.id, attempt: run.attempt, seq: seq++, type: 'epoch', epoch, step },
              ...{ trainLoss: 1, valLoss: null, testLoss: null, seconds: 1, trainingSeconds: 1 },
              ...{ valAccuracy, testAccuracy, trainAccuracy },
            },
          ])
        const putSnapshot = (step: number, { valAccuracy, testAccuracy }: Omit<Scores, 'trainAccuracy'>) =>
          store.record([{ ...snapshot(run, seq++, 1, step, 1), valAccuracy, testAccuracy }])
        for (const [i, each] of epochs.entries()) {
          if (looks.includes(i)) {
            // Cut by a budget first, then finished.
            put(i + 1, { trainAccuracy: 1, valAccuracy: 1, testAccuracy: 0 }, i * 100 + 9)
            digests.of([own])
          }
          if (each.middle !== null) putSnapshot(middleStep(i + 1), each.middle)
          if (looks.includes(i % 5)) digests.of([own])
          put(i + 1, each, lastStep(i + 1))
          if (each.endsCycle) putSnapshot(lastStep(i + 1), each)
          if (looks.includes(i % 7)) digests.of([own])
        }
        const wanted = expected(epochs, hasValidation)
        assert.deepEqual(shown(digests.of([own]).get(run.id)), wanted)
        assert.deepEqual(shown(digests.of([...others, own]).get(run.id)), wanted)
        assert.deepEqual(shown(createEpochDigests(db).of([own]).get(run.id)), wanted)
        store.write.setStatus(run.id, 'failed', 'over')
      }),
      { numRuns: 60 },
    )
  } finally {
    db.close()
  }
})
