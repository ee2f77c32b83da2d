import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { TrainerEvent } from '../../../shared/run/messages.ts'
import { timingsOf } from '../../../shared/worker/timings.ts'
import { beginAttempt } from '../../../src-main/agent/attempt.ts'
import { createAttemptTable } from '../../../src-main/agent/attemptTable.ts'
import { createDatasetCache } from '../../../src-main/agent/datasetCache.ts'
import { createSlots } from '../../../src-main/agent/slots.ts'
import { trainRun } from '../../../src-main/agent/training.ts'
import { childTrainers } from '../../../src-main/runs/childTrainer.ts'
import type { StartTrainer } from '../../../src-main/runs/trainerLink.ts'
import { Away } from '../../../src-main/workerLink/desk.ts'
import { startRequest, tinyDatasetIn, tinySpec, train } from '../trainer/support.ts'
import { createMemoryDesk, stepsOf } from './memoryDesk.ts'
import { metrics, opened, whole } from './spool/support.ts'

/* In a name space of its own, where the folder that is named is a small disk: its host is away until that is full. */

const [disk = ''] = process.argv.slice(2)
const dataset = await mkdtemp(path.join(tmpdir(), 'anneal-full-disk-'))
await tinyDatasetIn(dataset)

async function trainOn(userPauses: boolean): Promise<void> {
  const first = startRequest(
    dataset,
    tinySpec({
      model: { kind: 'mlp', hidden: [300] },
      budget: { epochs: 72 },
      schedule: { kind: 'snapshot', cycles: 72, lrMax: 0.05 },
    }),
  )
  const desk = createMemoryDesk(first)
  desk.check = () => {
    throw new Away('cut')
  }
  const said: TrainerEvent[] = []
  const real = childTrainers(async (id) => id)
  const startTrainer: StartTrainer = (start, listener) =>
    real(start, {
      ...listener,
      onEvent(event) {
        said.push(event)
        listener.onEvent(event)
      },
    })
  const words: (string | undefined)[] = []
  const full = Promise.withResolvers<void>()
  const timings = { ...timingsOf(undefined, 0.02), push: 5 }
  const start = desk.nextStart()
  const folder = path.join(disk, 'spool', start.runId, '1')
  const attempt = await beginAttempt(
    {
      desk,
      folder,
      startTrainer,
      prepare: async () => start,
      timings: () => timings,
      onTrouble() {
        words.push(attempt.trouble)
        full.resolve()
      },
    },
    start,
  )
  await full.promise
  assert.match(
    words[0] ?? '',
    /^Its spool cannot be written \(the disk is full\); it goes on by itself when it can\.$/,
  )
  while (!said.some((event) => event.type === 'status' && event.status === 'paused')) {
    assert.ok(!said.some(({ type }) => type === 'ended'), 'it had come to its end before the disk was full')
    await new Promise(setImmediate)
  }
  const before = said.filter(({ type }) => type === 'metrics').length
  if (userPauses) attempt.command({ type: 'pause', requestId: 1 })
  // Room comes from the host alone: it takes what the spool has.
  desk.check = () => undefined
  if (userPauses) {
    while (!desk.events.some((event) => event.type === 'obeyed')) await new Promise(setImmediate)
    assert.equal(attempt.trouble, undefined)
    assert.equal(said.filter(({ type }) => type === 'metrics').length, before, 'the user has paused it')
    attempt.command({ type: 'resume', requestId: 2 })
  }
  assert.deepEqual(await attempt.outcome, { type: 'done' })
  assert.equal(words.at(-1), undefined)
  const last = desk.events.at(-1)
  assert.ok(last?.type === 'ended')
  assert.equal(last.weightsSha256, (await train(first)).ended.weightsSha256)
  assert.deepEqual(
    stepsOf(desk.events),
    Array.from({ length: first.plan.totalSteps }, (_, step) => step),
  )
  assert.deepEqual(await readdir(path.join(disk, 'spool')), [])
}

/** A run is no worse for a worker whose disk is full before it begins: another may take it. */
async function takesNone(): Promise<void> {
  const filler = path.join(disk, 'filler')
  await writeFile(filler, new Uint8Array(2 ** 20))
  const desk = createMemoryDesk(startRequest(dataset, tinySpec({})))
  desk.check = (method) => assert.fail(`${method} was asked for`)
  const timings = () => timingsOf(undefined, 0.02)
  const most = 1e9
  const trained = await trainRun(
    {
      folder: disk,
      desk,
      slots: createSlots({ processorSlots: 1 }),
      datasets: createDatasetCache({ folder: path.join(disk, 'datasets'), desk, most, timings }),
      attempts: createAttemptTable(),
      timings,
      log: () => undefined,
      onChange: () => undefined,
    },
    { runId: 'run1', deviceClass: 'processor', memory: 0 },
  )
  assert.equal(trained.type, 'later')
  assert.match(trained.reason, /^the disk of .* is full; it takes runs again when there is room$/)
  await rm(filler)
}

/** All that waits is written as one where it can be: part by part where it would never fit. */
async function storesMoreThanItHolds(): Promise<void> {
  const { spool, troubles } = await opened(path.join(disk, 'spool'))
  const events = Array.from({ length: 24 }, (_, seq) => metrics(seq, 40_000))
  for (const event of events) spool.append(event)
  for (let next = 0; next < events.length; await new Promise(setImmediate)) {
    const read = await spool.read(next, { events: 100, bytes: 1e9 })
    for (const each of read) assert.ok(isDeepStrictEqual(await whole(spool, each), events[next++]))
    await spool.acknowledge(next - 1)
  }
  await spool.settled()
  assert.match(troubles[0] ?? '', /the disk is full/)
  assert.equal(troubles.at(-1), undefined)
  await spool.clear()
  await rm(path.join(disk, 'spool'), { recursive: true })
}

try {
  await takesNone()
  await storesMoreThanItHolds()
  await trainOn(false)
  // Somebody else fills most of it.
  const { bavail, bsize } = await statfs(disk)
  await writeFile(path.join(disk, 'other'), new Uint8Array(bavail * bsize - 700_000))
  await trainOn(true)
} finally {
  await rm(dataset, { recursive: true, force: true })
}
