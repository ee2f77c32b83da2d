import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { KernelUse } from '../../../shared/run/kernelUse.ts'
import type { TrainerEvent, TrainerEventOf } from '../../../shared/run/messages.ts'
import type { AttemptKey } from '../../../shared/worker/protocol.ts'
import { openSpool } from '../../../src-main/agent/spool/spool.ts'
import { temporary } from '../agent/spool/support.ts'
import {
  asked,
  openWorkersLab,
  pushAll,
  type Spooled,
  spool,
  spooled,
  trainingOf,
  type WorkersLab,
} from './lab.ts'

/* What a worker pushes is stored once, in order, whatever order it comes in. */

let lab: WorkersLab
before(async () => {
  lab = await openWorkersLab()
})
after(() => lab.close())

/** A run, claimed by a worker. */
async function started(worker = lab.joined()) {
  const run = lab.placed()
  const answer = await worker.desk.start(asked(run.id))
  assert.equal(answer.type, 'start')
  const key: AttemptKey = { runId: run.id, attempt: answer.type === 'start' ? answer.start.attempt : 0 }
  return { ...worker, run, key, held: spool(key, lab.events) }
}

test('events one by one, each of them twice, make the run that was trained here', async () => {
  const { desk, key, held } = await started()
  for (const each of held) {
    const stored = { type: 'stored', lastSeq: each.event.seq }
    assert.deepEqual(await pushAll(desk, key, [each]), stored)
    assert.deepEqual(await pushAll(desk, key, [each]), stored, 'the answer may have been lost')
  }
  const lastSeq = held.length - 1
  assert.deepEqual(await pushAll(desk, key, held), { type: 'stored', lastSeq })
  // What follows on the last one is no event of this run, and another worker's are none at all.
  const [last = assert.fail()] = held.slice(-1)
  const more = await desk.push(key, [{ ...last.event, seq: lastSeq + 1 }])
  assert.ok(more.type === 'fenced')
  assert.match(more.reason, /is over: the run is completed/)
  assert.equal((await pushAll(lab.joined().desk, key, held)).type, 'fenced')
  assert.deepEqual(trainingOf(lab.core, key.runId), trainingOf(lab.core, lab.original.id))
})

test('what the kernels of a step take goes by the spool on the worker’s disk into the host’s database', async (t) => {
  const { desk, key } = await started()
  const kernels: KernelUse = {
    device: 'simd',
    steps: 3,
    stepMs: 10.5,
    kernels: [{ name: 'NotEqual', javascript: true, calls: 3, ms: 0.53 }],
  }
  const listener = { onStored: () => undefined, onTrouble: () => undefined }
  const onDisk = await openSpool(path.join(await temporary(t), 'spool'), key, listener, () => 10)
  const [first = assert.fail()] = lab.events
  onDisk.append({ ...first, ...key, seq: 0 })
  onDisk.append({ ...key, seq: 1, type: 'kernels', kernels })
  await onDisk.settled()
  const sent = await onDisk.read(0, { events: 10, bytes: 2 ** 20 })
  assert.deepEqual(await desk.push(key, sent), { type: 'stored', lastSeq: 1 })
  assert.deepEqual(lab.core.store.read.kernels(key.runId), kernels)
  await onDisk.close()
})

test('whatever order, however often, from two agents at once: the same run, each event once', async () => {
  const original = trainingOf(lab.core, lab.original.id)
  const last = lab.events.length - 1
  const piece = fc.record({ from: fc.nat(last), count: fc.integer({ min: 1, max: 8 }) })
  const script = fc.array(fc.array(piece, { minLength: 1, maxLength: 2 }), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(script, async (rounds) => {
      const { desk, key, held, id } = await started()
      const told = lab.told.length
      const same = lab.service.deskFor(id)
      for (const round of rounds) {
        const before = lab.core.store.read.run(key.runId)
        const answers = await Promise.all(
          round.map(({ from, count }, i) =>
            pushAll(i === 0 ? desk : same, key, held.slice(from, from + count)),
          ),
        )
        if (!answers.some(({ type }) => type === 'stored'))
          assert.deepEqual(lab.core.store.read.run(key.runId), before, 'a gap stores nothing')
      }
      for (let at = 0; at <= last; ) {
        const answer = await pushAll(desk, key, held.slice(at, at + 5))
        if (answer.type === 'fenced') break
        assert.ok(answer.type === 'stored')
        at = answer.lastSeq + 1
      }
      assert.deepEqual(trainingOf(lab.core, key.runId), original)
      assert.deepEqual(
        lab.told.slice(told).map(({ seq }) => seq),
        lab.events.map(({ seq }) => seq),
        'watchers were told of each event once, in order',
      )
    }),
    { numRuns: 8 },
  )
})

test('large states are stored a few at a time, so that the host answers others between them', async () => {
  const { desk, key } = await started()
  const upTo = lab.events.findIndex(({ type }) => type === 'snapshot')
  const made = lab.events[upTo]
  assert.ok(made?.type === 'snapshot')
  const [tensor = assert.fail()] = made.state.tensors
  const large = { ...tensor, shape: [3_500_000], data: new Uint8Array(14_000_000) }
  const states = [0, 1, 2].map(
    (i): TrainerEvent => ({
      ...key,
      seq: upTo + i,
      type: 'checkpoint',
      state: { ...made.state, tensors: [{ ...large, data: large.data.with(0, i) }] },
    }),
  )
  const held = [...spool(key, lab.events.slice(0, upTo)), ...states.map(spooled)]
  const answer = await pushAll(desk, key, held)
  assert.deepEqual(answer, { type: 'stored', lastSeq: upTo + 1 })
  const rest = await pushAll(desk, key, held.slice(upTo + 2))
  assert.deepEqual(rest, { type: 'stored', lastSeq: upTo + 2 })
})

test('a gap is answered with the number wanted, and nothing of it is stored', async () => {
  const { desk, key, held } = await started()
  assert.deepEqual(await pushAll(desk, key, held.slice(2)), { type: 'gap', wanted: 0 })
  await pushAll(desk, key, held.slice(0, 2))
  assert.deepEqual(await pushAll(desk, key, held.slice(3)), { type: 'gap', wanted: 2 })
  assert.deepEqual(await pushAll(desk, key, [...held.slice(2, 3), ...held.slice(4)]), {
    type: 'gap',
    wanted: 2,
  })
  assert.deepEqual(await pushAll(desk, key, held.slice(0, 1)), { type: 'stored', lastSeq: 1 })
  assert.equal(lab.core.store.workers.placedAttempt(key.runId)?.lastSeq, 1)
})

test('what stands in for a superseded checkpoint takes its number, and no more', async () => {
  const { desk, key, held } = await started()
  const superseded = held.map(
    (each, i): Spooled =>
      lab.events[i]?.type === 'checkpoint' ? spooled({ type: 'superseded', ...key, seq: i }) : each,
  )
  assert.ok(
    superseded.some((each, i) => each !== held[i]),
    'the run has checkpoints',
  )
  for (const each of superseded)
    assert.deepEqual(await pushAll(desk, key, [each]), { type: 'stored', lastSeq: each.event.seq })
  assert.deepEqual(trainingOf(lab.core, key.runId), trainingOf(lab.core, lab.original.id))
})

test('blobs are wanted before their events, refused where damaged, and gone once these are stored', async () => {
  const { desk, key, held } = await started()
  const blobs = new Map(held.flatMap((each) => [...each.blobs]))
  const events = held.map(({ event }) => event)
  const wanted = await desk.push(key, events)
  assert.ok(wanted.type === 'blobsWanted')
  assert.deepEqual(new Set(wanted.sha256), new Set(blobs.keys()))
  const [[sha256, bytes] = ['', new Uint8Array()]] = blobs
  const damaged = Uint8Array.from(bytes, (byte, i) => (i === 7 ? byte ^ 1 : byte))
  for (const wrong of [damaged, bytes.subarray(1), new Uint8Array()])
    await assert.rejects(desk.putBlob(key, sha256, wrong), /arrived damaged/)
  assert.deepEqual(await desk.missingBlobs(key, [sha256]), [sha256])
  await desk.putBlob(key, sha256, bytes)
  assert.deepEqual(await desk.missingBlobs(key, [sha256, sha256]), [])
  await assert.rejects(desk.putBlob(key, '../../../../tmp/x', bytes), /64 hexadecimal digits/)
  assert.deepEqual(await pushAll(desk, key, held), { type: 'stored', lastSeq: events.length - 1 })
  assert.ok(!readdirSync(path.join(lab.home, 'workers', 'blobs')).includes(`${key.runId}-1`))
})

test('what no trainer of the attempt can have sent is refused in words and changes nothing', async () => {
  const other = lab.placed()
  const text = (value: unknown) => JSON.stringify(value)
  const hostile: [string, (key: AttemptKey, seq: number) => unknown, RegExp][] = [
    ['no JSON', () => '{"a":', /event 3 cannot be read/],
    ['nested without end', () => '['.repeat(200_000), /event 3/],
    ['null', () => 'null', /outside the protocol/],
    ['an unknown type', (key, seq) => text({ ...key, seq, type: 'rm' }), /outside the protocol \(type/],
    [
      'another run',
      (_key, seq) => text({ runId: other.id, attempt: 1, seq, type: 'status', status: 'paused', step: 1 }),
      /says that it is event 3 of attempt 1 of run/,
    ],
    [
      'another attempt',
      (key, seq) => text({ ...key, attempt: 9, seq, type: 'status', status: 'paused', step: 1 }),
      /attempt 9/,
    ],
    [
      'another number',
      (key) => text({ ...key, seq: 99, type: 'status', status: 'paused', step: 1 }),
      /event 99/,
    ],
    [
      'a field too many',
      (key, seq) => text({ ...key, seq, type: 'status', status: 'paused', step: 1, x: 1 }),
      /outside the protocol/,
    ],
    [
      'a number that is none',
      (key, seq) => text({ ...key, seq, type: 'status', status: 'paused', step: -1 }),
      /step/,
    ],
    [
      'a part that is not there',
      (key, seq) =>
        text({
          ...key,
          seq,
          type: 'metrics',
          firstStep: 0,
          columns: { lr: { $part: ['f64', 5, 8] } },
          samplesPerSecond: 1,
        }),
      /part that is not there/,
    ],
    [
      'a prototype',
      (key, seq) =>
        `{"__proto__":{"x":1},"runId":"${key.runId}","attempt":1,"seq":${seq},"type":"status","status":"paused","step":1}`,
      /outside the protocol/,
    ],
  ]
  for (const [what, make, words] of hostile) {
    const { desk, key, held } = await started()
    await pushAll(desk, key, held.slice(0, 3))
    const before = trainingOf(lab.core, key.runId)
    const event = { seq: 3, text: String(make(key, 3)), parts: [] }
    const answer = await desk.push(key, [event])
    assert.ok(answer.type === 'fenced', what)
    assert.match(answer.reason, words, what)
    const run = lab.core.store.read.run(key.runId)
    assert.deepEqual({ ...trainingOf(lab.core, key.runId), status: 'running' }, before, what)
    assert.equal(run.status, 'queued', what)
    assert.equal(run.reason, answer.reason, what)
    assert.equal(lab.core.store.read.run(other.id).status, 'queued')
    lab.core.store.write.deleteRun(run.id)
  }
})

test('of a push with one damaged event nothing is stored; the run goes on with a new attempt to the same end', async () => {
  const { desk, key, held } = await started()
  const cut = held.length - 3
  const damaged = { ...(held[cut]?.event ?? assert.fail()), text: '{}' }
  const rest = [...held.slice(0, cut).map(({ event }) => event), damaged]
  await pushAll(desk, key, held.slice(0, 1))
  const blobs = new Map(held.flatMap((each) => [...each.blobs]))
  for (const [sha256, bytes] of blobs) await desk.putBlob(key, sha256, bytes)
  const refused = await desk.push(key, rest)
  assert.equal(refused.type, 'fenced')
  assert.deepEqual(trainingOf(lab.core, key.runId).series, [])
  const again = lab.joined()
  const answer = await again.desk.start(asked(key.runId))
  assert.ok(answer.type === 'start')
  assert.equal(answer.start.attempt, 2)
  assert.match((await pushAll(desk, key, held)).type, /fenced/, 'the attempt before is over')
  const second = { ...key, attempt: 2 }
  assert.equal((await pushAll(again.desk, second, spool(second, lab.events))).type, 'stored')
  assert.deepEqual(trainingOf(lab.core, key.runId), trainingOf(lab.core, lab.original.id))
})

test('events that no run can have had are refused as a whole', async () => {
  type Change = (event: TrainerEvent) => TrainerEvent | undefined
  const snapshot =
    (change: (event: TrainerEventOf<'snapshot'>) => Partial<TrainerEventOf<'snapshot'>>): Change =>
    (event) =>
      event.type === 'snapshot' ? { ...event, ...change(event) } : undefined
  const changes: [Change, RegExp][] = [
    [
      (event) => (event.seq === 3 && event.type === 'metrics' ? { ...event, firstStep: 2 } : undefined),
      /the steps between are lost/,
    ],
    [
      (event) =>
        event.type === 'metrics'
          ? { ...event, columns: { ...event.columns, odd: new Float64Array(1000) } }
          : undefined,
      /columns of one length/,
    ],
    [
      (event) => (event.type === 'metrics' ? { ...event, columns: {} } : undefined),
      /after 1 steps, and 0 were told/,
    ],
    [
      snapshot(({ state }) => ({ state: { ...state, tensors: state.tensors.slice(1) } })),
      /weights are not those of its sha256/,
    ],
    [
      snapshot(({ state }) => ({
        state: { ...state, tensors: state.tensors.map((tensor) => ({ ...tensor, shape: [3] })) },
      })),
      /another size than its shape/,
    ],
    [
      snapshot(({ state }) => ({ state: { ...state, position: { ...state.position, stepsDone: 60 } } })),
      /after 60 steps, and 21 were told/,
    ],
    [snapshot(({ step }) => ({ step: step - 1 })), /its state is not/],
    [
      (event) => (event.type === 'ended' ? { ...event, stepsDone: 62 } : undefined),
      /says 62 steps, and 63 were told/,
    ],
    [
      (event) =>
        event.seq === 4
          ? {
              runId: event.runId,
              attempt: event.attempt,
              seq: 4,
              type: 'ended',
              status: 'stopped',
              stepsDone: 1,
            }
          : undefined,
      /follows the last one/,
    ],
  ]
  for (const [change, words] of changes) {
    const { desk, key } = await started()
    const altered = lab.events.map((event) => change(event) ?? event)
    const answer = await pushAll(desk, key, spool(key, altered))
    assert.ok(answer.type === 'fenced', String(words))
    assert.match(answer.reason, words)
    const { series, epochs, snapshots } = trainingOf(lab.core, key.runId)
    assert.deepEqual([series, epochs, snapshots], [[], [], []])
    assert.equal(lab.core.store.read.run(key.runId).status, 'queued')
    lab.core.store.write.deleteRun(key.runId)
  }
})

test('a program that does not watch the run stores nothing of it, and does not say that it is over', async () => {
  const { key, held, desk, id } = await started()
  await pushAll(desk, key, held.slice(0, 2))
  const other = lab.host(lab.another()).deskFor(id)
  const answer = await pushAll(other, key, held)
  assert.ok(answer.type === 'later')
  assert.match(answer.reason, /watched by another program of this lab/)
  assert.equal((await pushAll(desk, key, held)).type, 'stored')
  assert.deepEqual(trainingOf(lab.core, key.runId), trainingOf(lab.core, lab.original.id))
})

test('another worker cannot speak for an attempt, nor put anything beside it', async () => {
  const { key, held, desk } = await started()
  const stranger = lab.joined()
  await pushAll(desk, key, held.slice(0, 2))
  const [[sha256, bytes] = ['', new Uint8Array()]] = new Map(held.flatMap((each) => [...each.blobs]))
  await stranger.desk.putBlob(key, sha256, bytes)
  assert.deepEqual(await desk.missingBlobs(key, [sha256]), [sha256])
  const answer = await pushAll(stranger.desk, key, held)
  assert.ok(answer.type === 'fenced')
  assert.match(answer.reason, /another worker/)
  const end = { ...key, how: 'died', reason: 'spite', lastSeq: -1 } as const
  assert.equal((await stranger.desk.end(end)).type, 'fenced')
  for (const runId of ['nothing', '../../x', key.runId.slice(0, 4)])
    assert.equal((await stranger.desk.push({ runId, attempt: 1 }, [])).type, 'fenced')
  assert.equal(lab.core.store.read.run(key.runId).status, 'running')
  assert.equal((await pushAll(desk, key, held)).type, 'stored')
})
