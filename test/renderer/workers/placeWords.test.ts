import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { placeName } from '../../../shared/worker/placeName.ts'
import { runsBefore } from '../../../src-renderer/pages/run/runNumbers.ts'
import { stateWords } from '../../../src-renderer/pages/run/stateWords.ts'
import { heardWords, ordinal, placeWords } from '../../../src-renderer/workers/placeWords.ts'
import { runWith } from '../pages/run/runs.ts'
import { minutes, noon, place, plain, worker, workersInfo } from './workers.ts'

const workers = [worker(), worker({ id: 'bbbbbbbb', name: 'attic', outOfTouchSince: noon - minutes(8) })]
const told = (run: RunSummary, runs: readonly RunSummary[] = [run]) =>
  plain(placeWords(run, { runs, workers, now: noon })?.text)
const queued = (id: string, queuePlace: number, at = place()) =>
  runWith({ id, status: 'queued', stepsDone: 0, queuePlace, place: at })

test('a run that trains here has no words of a place', () => {
  assert.equal(placeWords(runWith(), { runs: [], workers, now: noon }), undefined)
  assert.equal(placeName(runWith()), 'here')
  assert.equal(placeName(runWith({ kind: 'elsewhere' })), 'another program')
})

test('a queued run is offered in its turn, among those offered to the same', () => {
  const runs = [
    queued('a', 1),
    queued('b', 2, place({ placement: { at: 'worker', workerId: 'aaaaaaaa' } })),
    runWith({ id: 'here', status: 'queued', queuePlace: 3 }),
    queued('c', 4),
    queued('d', 5),
  ]
  assert.deepEqual(
    runs.filter((run) => run.place !== null).map((run) => told(run, runs)),
    [
      'offered to any worker, 1st in the queue',
      'offered to gpu-box, 1st in the queue',
      'offered to any worker, 2nd in the queue',
      'offered to any worker, 3rd in the queue',
    ],
  )
  assert.deepEqual(
    [1, 2, 3, 4, 11, 12, 13, 21, 111].map(ordinal).join(' '),
    '1st 2nd 3rd 4th 11th 12th 13th 21st 111th',
  )
})

test('it says what it waits for: a worker that is away, out or gone, and attempts that failed', () => {
  const at = (workerId: string) => queued('a', 1, place({ placement: { at: 'worker', workerId } }))
  assert.equal(told(at('bbbbbbbb')), 'waits for attic, out of touch since 11:52')
  assert.match(told(at('cccccccc')), /a worker that was removed/)
  const out = placeWords(at('aaaaaaaa'), { runs: [], workers: [worker({ state: 'out' })], now: noon })
  assert.deepEqual([out?.text, out?.isAttention], ['waits for gpu-box, which is out', true])
  assert.match(told(queued('a', 1, place({ failures: 2 }))), /after 2 attempts that failed$/)
})

test('a run that trains on a worker says which, and how old its numbers may be', () => {
  const on = (changes: Parameters<typeof place>[0]) =>
    runWith({ place: place({ worker: { id: 'aaaaaaaa', name: 'gpu-box' }, ...changes }) })
  assert.equal(told(on({})), 'on gpu-box')
  assert.equal(
    told(on({ outOfTouchSince: noon - minutes(8) })),
    'on gpu-box, out of touch since 11:52: its numbers may be older',
  )
  assert.equal(placeName(on({})), 'gpu-box')
  const ended = { ...on({ outOfTouchSince: noon - minutes(8) }), status: 'completed' as const }
  assert.equal(told(ended), 'on gpu-box')
})

test('a run in Slurm tells its job as Slurm does', () => {
  const job = (state: string, reason: string | null) =>
    place({ placement: { at: 'slurm' }, slurm: { job: '1234_7', state, reason } })
  assert.equal(told(queued('a', 1, job('PENDING', 'Resources'))), 'Slurm job 1234_7, PENDING (Resources)')
  assert.equal(
    told(runWith({ place: { ...job('RUNNING', null), worker: { id: 'aaaaaaaa', name: 'node3' } } })),
    'Slurm job 1234_7, RUNNING on node3',
  )
  assert.equal(told(queued('a', 1, place({ placement: { at: 'slurm' } }))), 'waits to be submitted to Slurm')
})

test('a worker that is quiet for longer than it should be is told by how long', () => {
  const on = (changes: Parameters<typeof place>[0]) =>
    runWith({ place: place({ worker: { id: 'aaaaaaaa', name: 'gpu-box' }, ...changes }) })
  assert.equal(plain(heardWords(on({ contactAt: noon - 40_000 }), null, noon)), 'last heard 40 s ago')
  // Its worker spoke since: the run has only nothing new.
  assert.equal(heardWords(on({ contactAt: noon - 40_000 }), noon - 3_000, noon), undefined)
  assert.equal(heardWords(on({ contactAt: noon - 9_000 }), null, noon), undefined)
  assert.equal(heardWords(runWith(), null, noon), undefined)
  const ended = { ...on({ contactAt: noon - 40_000 }), status: 'completed' as const }
  assert.equal(heardWords(ended, null, noon), undefined)
})

test('the page of a run says what becomes of it while its worker is away, and when', () => {
  const silent = runWith({
    place: place({ worker: { id: 'bbbbbbbb', name: 'attic' }, outOfTouchSince: noon - minutes(8) }),
  })
  const around = { runs: [], isHere: false, info: workersInfo({ workers }), now: noon }
  const words = stateWords(silent, around)
  assert.equal(words?.title, 'attic is out of touch since 11:52')
  assert.match(
    plain(words?.text),
    /If it is not back by 12:22 \(30 min of patience\), it is given to another/,
  )
  const inTouch = runWith({ place: place({ worker: { id: 'aaaaaaaa', name: 'gpu-box' } }) })
  assert.equal(stateWords(inTouch, around), undefined)
  const waits = stateWords(queued('a', 1), around)
  assert.equal(waits?.title, 'Offered to any worker, 1st in the queue')
  assert.match(waits?.text ?? '', /as soon as a free slot/)
  const noQueue = workersInfo({ workers, queue: { state: 'none', address: null, words: null, offers: 0 } })
  assert.match(stateWords(queued('a', 1), { ...around, info: noQueue })?.text ?? '', /serve-queue/)
})

test('what waits for other machines does not stand before a run of this one', () => {
  const own = runWith({ id: 'own', status: 'queued', queuePlace: 9 })
  const on = runWith({ id: 'on', place: place({ worker: { id: 'aaaaaaaa', name: 'gpu-box' } }) })
  assert.equal(runsBefore(own, [own, on, queued('a', 1), queued('b', 2)]), 0)
})
