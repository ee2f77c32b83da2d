import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameProblem } from '../../../src-renderer/pages/workers/nameProblem.ts'
import { clock, sinceWords } from '../../../src-renderer/workers/clock.ts'
import { patienceText, readPatience } from '../../../src-renderer/workers/patience.ts'
import {
  buildWords,
  idleWords,
  leftWords,
  machineWords,
  outOfTouchWords,
  queueWords,
  removeWords,
  slotsWords,
  stateOf,
} from '../../../src-renderer/workers/workerWords.ts'
import { about, minutes, noon, plain, worker, workersInfo } from './workers.ts'

test('a worker’s state is one word, with what it means', () => {
  const of = (changes: Parameters<typeof worker>[0]) => {
    const { tone, word, text } = stateOf(worker(changes), noon)
    return [tone, word, plain(text)]
  }
  assert.deepEqual(of({}), ['fine', 'joined', 'In touch.'])
  assert.deepEqual(of({ state: 'invited', about: null }).slice(0, 2), ['plain', 'invited'])
  assert.deepEqual(of({ outOfTouchSince: noon - minutes(8) }), ['attention', 'out of touch', 'Since 11:52.'])
  assert.deepEqual(of({ state: 'out', reason: 'Two attempts failed: no adapter' }), [
    'failure',
    'out',
    'Two attempts failed: no adapter. It gets no more runs.',
  ])
  // Out says why it takes nothing, and that is more than that it is silent.
  assert.equal(of({ state: 'out', outOfTouchSince: noon })[1], 'out')
  assert.equal(of({ state: 'draining' })[1], 'draining')
  assert.equal(of({ state: 'draining', outOfTouchSince: noon })[1], 'draining, out of touch')
})

test('out of touch says what becomes of its runs, and when', () => {
  const silent = worker({
    outOfTouchSince: noon - minutes(8),
    training: [{ runId: 'a', name: 'a', slot: 0, at: 'anyWorker' as const }],
  })
  const words = plain(outOfTouchWords(silent, minutes(30), noon))
  assert.match(words, /since 11:52\. Its run may go on there/)
  assert.match(words, /If it is not back by 12:22 \(30 min of patience\), it is given to another worker/)
  const late = plain(outOfTouchWords(silent, minutes(5), noon))
  assert.match(late, /longer than 5 min: it is given/)
  assert.match(plain(outOfTouchWords({ ...silent, training: [] }, minutes(30), noon)), /trained nothing then/)
  assert.equal(outOfTouchWords(worker(), minutes(30), noon), undefined)
  const [any] = silent.training
  const own = { runId: 'b', name: 'b', slot: 1, at: 'worker' as const }
  const bound = plain(outOfTouchWords({ ...silent, training: [own] }, minutes(5), noon))
  assert.match(
    bound,
    /: it waits in the queue of gpu-box alone, where it is to train, to go on from the last state/,
  )
  assert.doesNotMatch(bound, /another worker/)
  assert.ok(any)
  const mixed = plain(outOfTouchWords({ ...silent, training: [any, own] }, minutes(5), noon))
  assert.match(
    mixed,
    /the 1 that is to train on gpu-box alone waits for it, and the others are given to another worker/,
  )
  const jobs = [{ ...own, at: 'slurm' as const }]
  assert.match(
    plain(outOfTouchWords({ ...silent, training: jobs }, minutes(5), noon)),
    /it is submitted again/,
  )
})

test('patience is read in the unit it is written in, and told in the largest that is whole', () => {
  for (const text of ['90.5 s', '30 min', '2 h', '1 d', '90 min']) {
    const read = readPatience(text)
    assert.ok('milliseconds' in read, text)
    assert.equal(plain(patienceText(read.milliseconds)), text)
  }
  assert.deepEqual(readPatience('0,5h'), { milliseconds: minutes(30) })
  assert.deepEqual(readPatience(' 20 '), { milliseconds: minutes(20) })
  assert.deepEqual(readPatience('59 s'), { problem: 'At least 1 min' })
  assert.deepEqual(readPatience('8 d'), { problem: 'At most 7 d' })
  for (const text of ['', 'soon', '-5 min', '5 weeks', '1e9'])
    assert.deepEqual(readPatience(text), { problem: 'A time, such as 90 s, 30 min, 2 h or 1 d' }, text)
})

test('a machine, its slots and its build in words', () => {
  assert.equal(plain(machineWords(about())), 'linux x64 · AMD EPYC 9654 · 16 cores · 137 GB memory')
  assert.equal(plain(slotsWords([worker()])), '0 of 2 slots busy')
  const running = { runId: 'a', attempt: 1 }
  const [first, second] = about().slots
  assert.ok(first && second)
  const busy = about({
    slots: [
      { ...first, running },
      { ...second, unusable: 'another program fills it' },
    ],
  })
  assert.equal(plain(slotsWords([worker({ about: busy })])), '1 of 1 slot busy')
  // Nobody can count on what is not heard of.
  assert.equal(slotsWords([worker({ outOfTouchSince: noon })]), 'no slot in touch')
  assert.equal(idleWords(first, worker()), 'idle')
  assert.match(idleWords({ ...second, unusable: 'another program fills it' }, worker()), /: another program/)
  assert.equal(idleWords(first, worker({ state: 'draining' })), 'draining: takes nothing')
  assert.equal(buildWords(worker()).word, 'this one')
  assert.match(buildWords(worker({ isOfThisBuild: false })).text, /by itself when idle/)
})

test('the queue says whether offers reach workers', () => {
  const of = (queue: Partial<ReturnType<typeof workersInfo>['queue']>) =>
    queueWords({ ...workersInfo().queue, ...queue })
  assert.deepEqual(
    [of({ offers: 1 }).word, plain(of({ offers: 1 }).text)],
    ['ready', 'at 127.0.0.1:6390, 1 offer waits'],
  )
  assert.match(plain(of({ offers: 3 }).text), /3 offers wait$/)
  assert.match(
    of({ state: 'away', words: 'Connection refused' }).text,
    /Connection refused\. What trains goes on/,
  )
  assert.equal(of({ state: 'none', address: null }).word, 'none')
  // A second window of the lab knows nothing of it, and says nothing against it.
  const elsewhere = of({ state: 'elsewhere', words: 'Another program makes the offers.' })
  assert.deepEqual(
    [elsewhere.tone, plain(elsewhere.text)],
    ['plain', 'at 127.0.0.1:6390. Another program makes the offers.'],
  )
})

test('what removing costs: nothing stored', () => {
  assert.match(removeWords(worker()), /Nothing stored is lost/)
  const training = [{ runId: 'a', name: 'a', slot: 0, at: 'anyWorker' as const }]
  assert.match(removeWords(worker({ training })), /The run it trains is given to another worker/)
  const bound = [{ runId: 'b', name: 'b', slot: 1, at: 'worker' as const }]
  assert.match(
    plain(removeWords(worker({ training: bound }))),
    /has sent\. 1 run is to train on gpu-box alone, and waits until given another place\.$/,
  )
  assert.doesNotMatch(removeWords(worker({ training: bound })), /given to another worker/)
  assert.match(removeWords(worker({ state: 'invited', about: null })), /is void at once\. Nothing else/)
})

test('times are short, and a countdown ends', () => {
  assert.equal(clock(noon, noon), '12:00')
  assert.equal(clock(noon - minutes(24 * 60), noon), '2026-11-29 12:00')
  assert.deepEqual([40_000, minutes(12), minutes(300), minutes(4320)].map(sinceWords).map(plain), [
    '40 s',
    '12 min',
    '5 h',
    '3 d',
  ])
  const left = (milliseconds: number) => leftWords(noon + milliseconds, noon)
  assert.deepEqual([9_000, 65_000, minutes(90), minutes(1500)].map(left).map(plain), [
    '9 s',
    '1 min 05 s',
    '1 h 30 min',
    '1 d 1 h',
  ])
  assert.equal(left(0), undefined)
})

test('the name of a worker is refused before it is sent', () => {
  for (const name of ['gpu-box', 'a', '7']) assert.equal(nameProblem(name), undefined, name)
  assert.equal(nameProblem('  '), 'Give it a name.')
  for (const name of ['GPU', '-a', 'a b', 'a'.repeat(41)])
    assert.match(nameProblem(name) ?? '', /^It must be/)
})
