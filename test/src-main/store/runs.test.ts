import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { UserError } from '../../../shared/errors.ts'
import { newRunId } from '../../../src-main/store/runIds.ts'
import { claimedRun, ended, newRun, openFor, putDataset, spec, tempFolder, tempStore } from './fixtures.ts'

test('a new run waits for its host', (t) => {
  const store = tempStore(t, { now: () => 1_800_000_000_000 })
  putDataset(store)
  const run = store.write.createRun(newRun)
  assert.deepEqual(run, store.read.run(run.id))
  assert.equal(run.status, 'created')
  assert.equal(run.name, 'A run')
  assert.deepEqual(run.spec, spec)
  assert.deepEqual(run.planned, { plan: newRun.plan, edits: [] })
  assert.deepEqual(
    [run.attempt, run.stepsDone, run.totalSteps, run.createdAt],
    [0, 0, 1000, 1_800_000_000_000],
  )
  assert.equal(run.hostId, store.hostId)
  const claimed = store.write.claimRun(run.id)
  assert.deepEqual([claimed.status, claimed.attempt, claimed.startedAt], ['running', 1, 1_800_000_000_000])
  assert.throws(() => store.write.claimRun(run.id), { name: 'UserError', message: /running already/ })
})

test('a run needs a data set that is known', (t) => {
  const store = tempStore(t)
  assert.throws(() => store.write.createRun(newRun), /must be put into the store/)
})

test('a run without a name gets one', (t) => {
  const store = tempStore(t)
  putDataset(store)
  const { name: _, ...nameless } = spec
  assert.equal(
    store.write.createRun({ ...newRun, spec: nameless }).name,
    'mlp · constant · fashion-mnist-12k',
  )
})

test('ids are short, sort by time and do not repeat', () => {
  const ids = Array.from({ length: 500 }, (_, i) => newRunId(1_800_000_000_000 + i))
  assert.deepEqual(ids.toSorted(), ids)
  assert.equal(new Set(ids).size, 500)
  assert.ok(ids.every((id) => /^[0-9a-z]{12}$/.test(id)))
  // Until the clock needs a ninth digit.
  assert.equal(newRunId(Date.UTC(2059, 0)).length, 12)
})

test('an id that is taken is drawn again', (t) => {
  const store = tempStore(t, { now: () => 5 })
  putDataset(store)
  const ids = Array.from({ length: 300 }, () => store.write.createRun(newRun).id)
  assert.equal(new Set(ids).size, 300)
})

test('any clear beginning of an id finds the run', (t) => {
  let time = 1_800_000_000_000
  const store = tempStore(t, { now: () => (time += 1000) })
  putDataset(store)
  const [a, b] = [store.write.createRun(newRun), store.write.createRun(newRun)]
  assert.equal(store.read.run(a.id).id, a.id)
  assert.equal(store.read.run(` ${b.id.slice(0, 9).toUpperCase()} `).id, b.id)
  assert.throws(() => store.read.run(a.id.slice(0, 2)), {
    name: 'UserError',
    message: new RegExp(`more than one.*${a.id}, ${b.id}`),
  })
  for (const wrong of ['', 'zzz', '%', "' OR 1=1", `${a.id}x`, 'ä'])
    assert.throws(() => store.read.run(wrong), { name: 'UserError', message: /no stored run/ })
})

test('runs are listed newest first, and found by what is known of them', (t) => {
  let time = 1000
  const store = tempStore(t, { now: () => (time += 1000) })
  const first = claimedRun(store)
  const second = claimedRun(store)
  const third = claimedRun(store)
  store.record([ended(second, 0)])
  store.write.annotate(first.id, {
    name: 'Warm-up 100%',
    tags: ['paper', ' paper ', '', 'b'],
    note: 'try_again',
  })
  store.write.annotate(third.id, { archived: true, favourite: true })
  const found = (filter?: Parameters<typeof store.read.runs>[0]) =>
    store.read.runs(filter).map(({ id }) => id)
  assert.deepEqual(found(), [third.id, second.id, first.id])
  assert.deepEqual(found({ limit: 2 }), [third.id, second.id])
  assert.deepEqual(found({ status: 'completed' }), [second.id])
  assert.deepEqual(found({ archived: false }), [second.id, first.id])
  assert.deepEqual(found({ archived: true }), [third.id])
  assert.deepEqual(found({ tag: 'paper' }), [first.id])
  assert.deepEqual(found({ text: 'WARM' }), [first.id])
  assert.deepEqual(found({ text: '100%' }), [first.id])
  assert.deepEqual(found({ text: 'y_a' }), [first.id])
  assert.deepEqual(found({ text: '_' }), [first.id])
  assert.deepEqual(found({ text: 'pap', status: 'completed' }), [])
  const run = store.read.run(first.id)
  assert.deepEqual(run.tags, ['b', 'paper'])
  assert.equal(run.note, 'try_again')
  assert.deepEqual([store.read.run(third.id).archived, store.read.run(third.id).favourite], [true, true])
})

test('a name must be there', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  for (const name of ['', '   ', 'x'.repeat(201)])
    assert.throws(() => store.write.annotate(run.id, { name }), UserError)
  assert.throws(() => store.write.annotate('nothere', { note: 'x' }), UserError)
})

test('status follows the legal ways only', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  store.write.setStatus(run.id, 'paused')
  store.write.setStatus(run.id, 'failed', 'the trainer ran out of memory')
  const failed = store.read.run(run.id)
  assert.deepEqual(
    [failed.status, failed.reason, failed.hostId],
    ['failed', 'the trainer ran out of memory', null],
  )
  store.write.setStatus(run.id, 'failed', 'again')
  assert.equal(store.read.run(run.id).reason, 'the trainer ran out of memory')
  assert.throws(() => store.write.setStatus(run.id, 'completed'), {
    name: 'UserError',
    message: /a run that is failed cannot become that/,
  })
  assert.equal(store.write.claimRun(run.id).attempt, 2)
})

test('a plan is changed by extending and by edits, in order and each once', (t) => {
  const store = tempStore(t)
  const plan = { totalSteps: 2000, stepsPerEpoch: 100, scheduleSteps: 1000 }
  const { id } = claimedRun(store)
  store.write.setStatus(id, 'completed')
  const refused = (): never => {
    throw new Error('no further cycle')
  }
  assert.throws(() => store.write.claimRun(id, refused), /no further cycle/)
  assert.equal(store.read.run(id).status, 'completed')
  const run = store.write.claimRun(id, () => ({ plan, totalSteps: 2000 }))
  assert.deepEqual([run.status, run.attempt, run.totalSteps], ['running', 2, 2000])
  const edits = [
    { kind: 'annealNow' as const, atStep: 500, steps: 100 },
    { kind: 'annealNow' as const, atStep: 900, steps: 10 },
  ]
  for (const edit of edits) store.write.addEdit(run.id, edit, 1500)
  store.write.addEdit(run.id, { kind: 'annealNow', atStep: 900, steps: 10 }, 1500)
  const changed = store.read.run(run.id)
  assert.deepEqual(changed.planned, { plan, edits })
  assert.equal(changed.totalSteps, 1500)
})

test('commands reach the host that runs it, once and in order', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const owner = openFor(t, path)
  const other = openFor(t, path)
  const run = claimedRun(owner)
  assert.deepEqual(owner.write.takeRequests(run.id), [])
  other.write.request(run.id, { type: 'pause' })
  other.write.request(run.id, { type: 'annealNow', epochs: 1.5 })
  other.write.request(run.id, { type: 'stop', when: 'cycleEnd' })
  assert.deepEqual(other.write.takeRequests(run.id), [])
  assert.deepEqual(owner.write.takeRequests(run.id), [
    { requestId: 1, command: { type: 'pause' } },
    { requestId: 2, command: { type: 'annealNow', epochs: 1.5 } },
    { requestId: 3, command: { type: 'stop', when: 'cycleEnd' } },
  ])
  assert.deepEqual(owner.write.takeRequests(run.id), [])
  // What was meant for one attempt is not done to the next.
  other.write.request(run.id, { type: 'pause' })
  owner.record([ended(run, 0)])
  assert.throws(() => other.write.request(run.id, { type: 'pause' }), {
    name: 'UserError',
    message: /nobody runs it/,
  })
  owner.write.claimRun(run.id)
  assert.deepEqual(owner.write.takeRequests(run.id), [])
})

test('who asked learns whether the command was taken, obeyed or refused', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const owner = openFor(t, path)
  const other = openFor(t, path)
  const run = claimedRun(owner)
  const event = (seq: number) => ({ runId: run.id, attempt: 1, seq })
  const anneal = { type: 'annealNow', epochs: 2 } as const
  const [first, second, pause] = [
    other.write.request(run.id, anneal),
    other.write.request(run.id, anneal),
    other.write.request(run.id, { type: 'pause' }),
  ]
  assert.deepEqual(other.read.request(first), { taken: false, refusal: null })
  owner.write.takeRequests(run.id)
  assert.deepEqual(other.read.request(first), { taken: true, refusal: null })
  owner.record([
    { ...event(0), type: 'edited', edit: { kind: 'annealNow', atStep: 3, steps: 9 }, totalSteps: 900 },
    { ...event(1), type: 'refused', command: anneal, reason: 'Not twice.', requestId: second },
    { ...event(2), type: 'obeyed', requestId: first },
    // Of commands that did not come through the database.
    { ...event(3), type: 'obeyed', requestId: -pause },
    { ...event(4), type: 'refused', command: { type: 'pause' }, reason: 'Not now.' },
  ])
  assert.equal(other.read.request(first), undefined)
  assert.deepEqual(other.read.request(second), { taken: true, refusal: 'Not twice.' })
  assert.deepEqual(other.read.request(pause), { taken: true, refusal: null })
  owner.record([
    { ...event(5), type: 'status', status: 'paused', step: 3 },
    { ...event(6), type: 'obeyed', requestId: pause },
  ])
  assert.equal(other.read.request(pause), undefined)
})

test('a run that never began is discarded with its data set, unless another run uses it', (t) => {
  const store = tempStore(t)
  const [first, second] = [claimedRun(store), claimedRun(store)]
  assert.throws(() => store.write.discardRun(first.id), /cannot be discarded/)
  for (const { id } of [first, second]) store.write.setStatus(id, 'failed', 'no such model')
  store.write.discardRun(first.id)
  assert.deepEqual([store.read.runs().length, store.read.datasets().length], [1, 1])
  store.write.discardRun(second.id)
  assert.deepEqual([store.read.runs().length, store.read.datasets().length], [0, 0])
})

test('the version grows with every change and stays without', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path)
  const other = openFor(t, path)
  const run = claimedRun(store)
  let version = other.read.version()
  const grows = (change: () => void): void => {
    change()
    assert.ok(other.read.version() > version)
    version = other.read.version()
    assert.equal(store.read.version(), version)
  }
  grows(() => store.write.annotate(run.id, { note: 'a' }))
  grows(() => other.write.annotate(run.id, { note: 'b' }))
  grows(() => void store.record([ended(run, 0)]))
  store.write.heartbeat()
  other.write.sweepDeadRuns()
  other.read.runs()
  assert.throws(() => store.write.setStatus(run.id, 'paused'))
  assert.equal(other.read.version(), version)
})
