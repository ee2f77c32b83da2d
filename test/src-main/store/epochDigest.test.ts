import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import type { TrainerEventOf } from '../../../shared/run/messages.ts'
import { connect } from '../../../src-main/store/database.ts'
import { createEpochDigests, type EpochDigest } from '../../../src-main/store/epochDigest.ts'
import { claimedRun, openFor, tempFolder } from './fixtures.ts'

type Scores = Pick<TrainerEventOf<'epoch'>, 'valAccuracy' | 'testAccuracy' | 'trainAccuracy'>

/** What the digest of epochs should be, from all of them. */
function expected(epochs: readonly Scores[]) {
  const evaluated = epochs.filter((epoch) => (epoch.valAccuracy ?? epoch.testAccuracy) !== null)
  const judged = evaluated.map((epoch) => epoch.valAccuracy ?? epoch.testAccuracy ?? 0)
  const best = judged.length === 0 ? -1 : judged.indexOf(Math.max(...judged))
  const validation = epochs.flatMap(({ valAccuracy }) => valAccuracy ?? [])
  const curve = validation.length > 0 ? validation : epochs.map(({ trainAccuracy }) => trainAccuracy)
  const n = curve.length
  const spark = curve.filter((_, i) => n <= 48 || Math.floor(((i + 1) * 48) / n) > Math.floor((i * 48) / n))
  const of = (epoch: Scores | undefined) => (epoch === undefined ? null : epochs.indexOf(epoch) + 1)
  return { last: of(evaluated.at(-1)), best: of(evaluated[best]), spark }
}

const shown = (digest: EpochDigest | undefined) => ({
  last: digest?.last?.epoch ?? null,
  best: digest?.best?.epoch ?? null,
  spark: digest?.spark,
})

// Few values, so that ties come.
const accuracy = fc.integer({ min: 0, max: 5 }).map((n) => n / 5)
const scores: fc.Arbitrary<Scores> = fc.record({
  trainAccuracy: accuracy,
  valAccuracy: fc.option(accuracy),
  testAccuracy: fc.option(accuracy),
})
const noValidation = scores.map((each) => ({ ...each, valAccuracy: null }))
const history = fc.oneof(
  fc.array(scores, { maxLength: 130 }),
  fc.array(noValidation, { maxLength: 130 }),
  fc
    .tuple(fc.array(noValidation, { maxLength: 60 }), fc.array(scores, { maxLength: 60 }))
    .map((both) => both.flat()),
)

test('epochs followed one by one and epochs read at once give the digest of all of them', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path)
  const db = connect(path, { readonly: true })
  const others = Array.from({ length: 20 }, () => claimedRun(store).id)
  try {
    fc.assert(
      fc.property(history, fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }), (epochs, looks) => {
        const run = claimedRun(store)
        const digests = createEpochDigests(db)
        let seq = 0
        const put = (epoch: number, each: Scores, step = epoch * 100 - 1) =>
          store.record([
            {
              ...{ runId: run.id, attempt: run.attempt, seq: seq++, type: 'epoch', epoch, step },
              ...{ trainLoss: 1, valLoss: null, testLoss: null, seconds: 1, trainingSeconds: 1 },
              ...each,
            },
          ])
        for (const [i, each] of epochs.entries()) {
          if (looks.includes(i)) {
            // Cut by a budget first, then finished.
            put(i + 1, { trainAccuracy: 1, valAccuracy: 1, testAccuracy: 0 }, i * 100 + 9)
            digests.of([run.id])
          }
          put(i + 1, each)
          if (looks.includes(i % 7)) digests.of([run.id])
        }
        const wanted = expected(epochs)
        assert.deepEqual(shown(digests.of([run.id]).get(run.id)), wanted)
        assert.deepEqual(shown(digests.of([...others, run.id]).get(run.id)), wanted)
        assert.deepEqual(shown(createEpochDigests(db).of([run.id]).get(run.id)), wanted)
        store.write.setStatus(run.id, 'failed', 'over')
      }),
      { numRuns: 60 },
    )
  } finally {
    db.close()
  }
})
