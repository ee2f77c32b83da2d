import assert from 'node:assert/strict'
import { test } from 'node:test'
import { score } from '../../../shared/ensemble/index.ts'
import type { Part, Predictions, ReadPredictions } from '../../../shared/ensemble/predictions.ts'
import {
  type Batch,
  batchSize,
  keyOf,
  type LoadProgress,
  loadAnswers,
} from '../../../src-renderer/ensemble/loadAnswers.ts'

const labels = Uint16Array.of(0)
const truth = { labels, classes: 2 }
const probs = Float32Array.of(0.75, 0.25)
const stored: Predictions = { truth, labels, probs, scores: score(probs, truth) }

interface Request {
  readonly ids: readonly number[]
  readonly part: Part
  readonly answer: (found?: readonly ReadPredictions[]) => void
  readonly fail: (error: Error) => void
  readonly signal: AbortSignal
}

/** A host whose answers come when the test says so. */
function begin(ids: readonly number[], kept = new Map<string, ReadPredictions>()) {
  const requests: Request[] = []
  const told: LoadProgress[] = []
  const stop = new AbortController()
  const answers = loadAnswers(ids, {
    kept,
    signal: stop.signal,
    onProgress: (progress) => told.push(progress),
    fetch: (asked, part, signal) =>
      new Promise<Batch>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('stopped')))
        requests.push({
          ...{ ids: asked, part, signal, fail: reject },
          answer: (found = asked.map(() => stored)) => resolve({ found, bytes: 100 * asked.length }),
        })
      }),
  })
  answers.catch(() => undefined)
  return { requests, told, stop, kept, answers }
}

const turn = () => new Promise((done) => setImmediate(done))
const ids = Array.from({ length: 2 * batchSize + 5 }, (_, k) => k + 1)

test('snapshots are asked for some at a time, both parts of them together, and counted when both are there', async () => {
  const { requests, told, answers } = begin(ids)
  assert.deepEqual(
    requests.map(({ ids: [first], part }) => [first, part]),
    [
      [1, 'validation'],
      [1, 'test'],
      [1 + batchSize, 'validation'],
    ],
  )
  assert.deepEqual(told, [{ done: 0, total: ids.length, bytes: 0 }])
  requests[0]?.answer()
  await turn()
  assert.equal(told.at(-1)?.done, 0)
  requests[1]?.answer()
  await turn()
  assert.deepEqual(told.at(-1), { done: batchSize, total: ids.length, bytes: 200 * batchSize })
  for (let at = 2; at < 6; at++) {
    requests[at]?.answer()
    await turn()
  }
  assert.equal(requests.length, 6)
  assert.deepEqual(told.at(-1), { done: ids.length, total: ids.length, bytes: 200 * ids.length })
  assert.deepEqual(
    await answers,
    ids.map((snapshotId) => ({ snapshotId, validation: stored, test: stored })),
  )
})

test('what is stopped keeps what came, and goes on without asking for it again', async () => {
  const { requests, stop, kept, answers } = begin(ids)
  requests[0]?.answer()
  requests[1]?.answer(ids.slice(0, batchSize).map((id) => (id === 3 ? 'damaged' : id === 4 ? null : stored)))
  await turn()
  stop.abort()
  await assert.rejects(answers)
  assert.ok(requests.slice(2).every(({ signal }) => signal.aborted))
  assert.equal(kept.size, 2 * batchSize)
  const rest = begin(ids, kept)
  assert.equal(rest.told[0]?.done, batchSize)
  for (let at = 0; at < 4; at++) {
    rest.requests[at]?.answer()
    await turn()
  }
  assert.ok(rest.requests.every(({ ids: asked }) => asked.every((id) => id > batchSize)))
  const found = await rest.answers
  assert.deepEqual(found[2], { snapshotId: 3, validation: stored, test: 'damaged' })
  assert.deepEqual(found[3], { snapshotId: 4, validation: stored, test: null })
})

test('a request that fails stops the others, and only the part that lacks is asked for again', async () => {
  const { requests, kept, answers } = begin(ids.slice(0, 3))
  requests[0]?.answer()
  await turn()
  requests[1]?.fail(new Error('the host is gone'))
  await assert.rejects(answers, /the host is gone/)
  assert.deepEqual(
    [...kept.keys()],
    [1, 2, 3].map((id) => keyOf(id, 'validation')),
  )
  const again = begin(ids.slice(0, 3), kept)
  assert.deepEqual(
    again.requests.map(({ part }) => part),
    ['test'],
  )
})

test('nothing to ask for is answered at once', async () => {
  const { requests, answers } = begin(
    [1],
    new Map([keyOf(1, 'validation'), keyOf(1, 'test')].map((key) => [key, null])),
  )
  assert.deepEqual(await answers, [{ snapshotId: 1, validation: null, test: null }])
  assert.equal(requests.length, 0)
})
