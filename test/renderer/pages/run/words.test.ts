import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunSummary } from '../../../../shared/api/runs.ts'
import { originOf } from '../../../../shared/run/origin.ts'
import type { RunStatus } from '../../../../shared/run/state.ts'
import { extendWords, notExtended } from '../../../../src-renderer/pages/run/extendWords.ts'
import { ordersThatWait } from '../../../../src-renderer/pages/run/ordersThatWait.ts'
import {
  cycleNumber,
  progressOf,
  runsBefore,
  secondsUntil,
} from '../../../../src-renderer/pages/run/runNumbers.ts'
import { specGroups } from '../../../../src-renderer/pages/run/specRows.ts'
import { stateWords } from '../../../../src-renderer/pages/run/stateWords.ts'
import { testStateWords } from '../../../../src-renderer/pages/run/testStateWords.ts'
import type { CommandName } from '../../../../src-renderer/pages/run/useRunCommands.ts'
import { epochWith, runWith, snapshot } from './runs.ts'

const plain = (text: string | undefined): string => (text ?? '').replaceAll('\u202f', ' ')
const here = { runs: [], isHere: true }

test('an interrupted run says where it is, what is kept and how it goes on', () => {
  const run = runWith({
    status: 'interrupted',
    reason: 'Its trainer was killed.',
    snapshots: [snapshot(1, 1, 99)],
  })
  const words = stateWords(run, here)
  assert.equal(plain(words?.title), 'Interrupted in cycle 2, after step 150 of 300')
  assert.match(
    plain(words?.text),
    /^Its trainer was killed\. All 150 steps are stored, and the snapshot of cycle 1\./,
  )
  assert.deepEqual(words?.actions, ['resume'])
})

test('a run that failed at its first step can only be cloned; a later failure keeps what there was', () => {
  const early = stateWords(runWith({ status: 'failed', reason: 'Too large.', stepsDone: 0 }), here)
  assert.deepEqual(early?.actions, ['clone'])
  assert.match(early?.text ?? '', /^Too large\. Nothing was trained/)
  const snapshots = [snapshot(1, 1, 99), snapshot(2, 2, 199)]
  const late = stateWords(runWith({ status: 'failed', reason: 'Diverged.', stepsDone: 250, snapshots }), here)
  assert.match(plain(late?.text), /2 snapshots of cycles 1 to 2/)
  assert.equal(late?.tone, 'failure')
})

test('a run that trains here or has completed needs no note; one elsewhere does', () => {
  assert.equal(stateWords(runWith(), here), undefined)
  assert.equal(stateWords(runWith({ status: 'completed' }), here), undefined)
  assert.match(stateWords(runWith(), { runs: [], isHere: false })?.text ?? '', /through the database/)
})

test('a queued run knows its place: after those that train and those queued before it', () => {
  const row = (id: string, status: RunStatus, queuePlace: number | null) =>
    runWith({ id, status, queuePlace })
  const own = row('own', 'queued', 5)
  const runs = [
    row('a', 'running', null),
    row('b', 'queued', 4),
    own,
    row('c', 'queued', 6),
    row('d', 'completed', null),
  ]
  assert.equal(runsBefore(own, runs), 2)
  assert.equal(plain(stateWords(own, { runs, isHere: false })?.title), 'Queued, 2 runs before it')
  assert.deepEqual(stateWords(own, { runs, isHere: false })?.actions, ['startNext'])
  const alone = stateWords(own, { runs: [own], isHere: false })
  assert.deepEqual([alone?.title, alone?.actions], ['Next in the queue', []])
})

test('a queued run that begins with a state still to come says whose', () => {
  const trunk = runWith({ id: 'trunk', name: 'trunk', status: 'running', stepsDone: 40 })
  const own = runWith({ id: 'own', status: 'queued', origin: originOf('branch', trunk, 90, null) })
  const words = stateWords(own, { runs: [own, trunk], isHere: false })
  assert.equal(words?.title, 'Waits for trunk')
  assert.match(plain(words?.text), /has after 90 steps; trunk is running with 40 done/)
  const there = { ...trunk, stepsDone: 90 }
  assert.match(stateWords(own, { runs: [own, there], isHere: false })?.title ?? '', /Queued, 1.run before it/)
})

test('progress is never all of it before the last step', () => {
  assert.equal(progressOf(runWith({ stepsDone: 299 })), 0.99)
  assert.equal(progressOf(runWith({ stepsDone: 300 })), 1)
})

test('time left: from the epochs last measured, else from the speed', () => {
  const epochs = [1, 2, 3].map((epoch) => epochWith(epoch))
  assert.equal(secondsUntil(runWith(), epochs, null, 299), 75)
  assert.equal(secondsUntil(runWith(), [], 64, 299), 300)
  assert.equal(secondsUntil(runWith(), [], null, 299), undefined)
  assert.equal(secondsUntil(runWith(), epochs, null, 10), 0)
})

test('cycles count from 1', () => {
  assert.deepEqual(
    [0, 99, 100, 299].map((step) => cycleNumber(runWith(), step)),
    [1, 1, 2, 3],
  )
  assert.equal(cycleNumber(runWith(), 300), undefined)
})

test('one more cycle: what it comes to, or why there is none', () => {
  assert.deepEqual(extendWords(runWith({ status: 'completed', stepsDone: 300 })), {
    isPossible: true,
    label: 'One more cycle',
    by: { cycles: 1 },
    words: '100\u202fsteps more, to step 400',
  })
  const cosine = extendWords(runWith({ status: 'completed' }, { kind: 'cosine', lrStart: 0.1 }))
  assert.equal(cosine.isPossible, false)
  assert.match(cosine.words, /no further cycle/)
  const steady = extendWords(
    runWith({ status: 'completed', stepsDone: 300 }, { kind: 'step', lr: 0.1, stepSize: 4 }),
  )
  assert.equal(steady.isPossible, true)
  assert.ok('epochs' in steady.by && steady.label === `${steady.by.epochs} more epochs`, steady.label)
})

test('the table of settings leaves nothing of the spec out', () => {
  const { spec } = runWith()
  const values = specGroups(spec).flatMap(({ rows }) => rows)
  const leaves = (part: unknown): number => {
    if (typeof part !== 'object' || part === null) return 1
    if (Array.isArray(part)) return 1
    return Object.values(part).reduce((sum: number, each) => sum + leaves(each), 0)
  }
  assert.equal(values.length, leaves(spec))
  assert.deepEqual(
    values.find(({ label }) => label === 'lr max'),
    { label: 'lr max', value: '0.1' },
  )
})

test('a range test that did not come to its end is not to be resumed', () => {
  const testOf = (changes: Parameters<typeof runWith>[0]) =>
    testStateWords(runWith({ kind: 'rateTest', ...changes }), here)
  for (const status of ['interrupted', 'failed'] as const) {
    const words = testOf({ status, reason: 'Its host ended.', stepsDone: 40 })
    assert.deepEqual(words?.actions, [])
    assert.match(words?.text ?? '', /^Its host ended\. What was measured in 40 of 300 steps stands/)
    assert.match(testOf({ status, stepsDone: 0 })?.text ?? '', /Nothing was measured/)
  }
  for (const status of ['stopped', 'completed'] as const) assert.equal(testOf({ status }), undefined)
  assert.match(testOf({ status: 'queued' })?.title ?? '', /queue/)
})

test('nobody says how long a run still takes whose worker is not heard of', () => {
  const place: NonNullable<RunSummary['place']> = {
    placement: { at: 'anyWorker' },
    worker: { id: 'worker01', name: 'attic' },
    slurm: null,
    contactAt: 1,
    outOfTouchSince: null,
    failures: 0,
    orders: [],
  }
  assert.notEqual(secondsUntil(runWith({ place }), [], 640, 299), undefined)
  const silent = runWith({ place: { ...place, outOfTouchSince: 1 } })
  assert.equal(secondsUntil(silent, [], 640, 299), undefined)
})

test('orders that wait are told alike before and after a reload, once each', () => {
  const time = 1_700_000_000_000
  const place = {
    placement: { at: 'anyWorker' as const },
    worker: { id: 'aaaaaaaa', name: 'gpu-box' },
    slurm: null,
    contactAt: time,
    outOfTouchSince: time,
    failures: 0,
    orders: [
      { command: { type: 'pause' as const }, askedAt: time },
      { command: { type: 'stop' as const, when: 'cycleEnd' as const }, askedAt: time + 60_000 },
    ],
  }
  const run = runWith({ place })
  const told = (at: number, waiting = new Map<CommandName, string>()) =>
    ordersThatWait(run, waiting, at).map(({ name, reason }) => [name, reason])
  assert.deepEqual(told(time + 1_000), [], 'a worker in touch answers within that')
  const [[name, reason] = []] = told(time + 10_000)
  assert.equal(name, 'pause')
  assert.match(
    reason ?? '',
    /^Asked at .*\. It is kept, and reaches the run when gpu-box next connects: gpu-box is out of touch since .*\.$/,
  )
  const here = new Map([['pause', 'said by the host'] as const])
  assert.deepEqual(
    told(time + 70_000, here).map(([each]) => each),
    ['pause', 'stopAtCycleEnd'],
  )
  assert.deepEqual(told(time + 10_000, here), [['pause', 'said by the host']])
  const queued = ordersThatWait({ ...run, status: 'queued' }, new Map(), time + 10_000)
  assert.match(queued[0]?.reason ?? '', /reaches the run when a worker has taken it/)
})

test('an extension whose stop waits for a worker is not said to wait: nobody would go on with it', () => {
  assert.equal(notExtended({ outcome: 'obeyed' }), undefined)
  const refused = { outcome: 'refused', reason: 'no' } as const
  assert.equal(notExtended(refused), refused)
  const waits = notExtended({ outcome: 'waits', reason: 'gpu-box is out of touch.' })
  assert.ok(waits?.outcome === 'refused')
  assert.match(
    waits.reason,
    /has to stop first.*extend the run when it has stopped\. gpu-box is out of touch\.$/,
  )
})
