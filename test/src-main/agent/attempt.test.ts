import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import type { StartMessage, TrainerEvent } from '../../../shared/run/messages.ts'
import { timingsOf } from '../../../shared/worker/timings.ts'
import { type AgentAttempt, beginAttempt } from '../../../src-main/agent/attempt.ts'
import { drainSpool } from '../../../src-main/agent/drain.ts'
import { findSpools } from '../../../src-main/agent/spool/spools.ts'
import { childTrainers } from '../../../src-main/runs/childTrainer.ts'
import type { StartTrainer } from '../../../src-main/runs/trainerLink.ts'
import { Away } from '../../../src-main/workerLink/desk.ts'
import { startRequest, tinyDataset, tinySpec, train } from '../trainer/support.ts'
import { createMemoryDesk, type MemoryDesk, stepsOf } from './memoryDesk.ts'
import { temporary } from './spool/support.ts'

interface Lab {
  readonly desk: MemoryDesk
  readonly spools: string
  readonly first: StartMessage
  /** Begins the next attempt. @param onEvent hears what its trainer says, before it is spooled */
  begin(onEvent?: (event: TrainerEvent) => void): Promise<AgentAttempt>
  readonly pids: number[]
}

async function lab(t: TestContext, changes: Record<string, unknown> = {}): Promise<Lab> {
  const first = startRequest(await tinyDataset(t), tinySpec(changes))
  const desk = createMemoryDesk(first)
  const spools = await temporary(t)
  const pids: number[] = []
  const real = childTrainers(async (id) => id)
  return {
    desk,
    spools,
    first,
    pids,
    begin(onEvent = () => undefined) {
      const startTrainer: StartTrainer = (start, listener) => {
        const link = real(start, {
          ...listener,
          onEvent(event) {
            onEvent(event)
            listener.onEvent(event)
          },
        })
        pids.push(link.place.pid ?? 0)
        return link
      }
      const start = desk.nextStart()
      const folder = path.join(spools, start.runId, String(start.attempt))
      const timings = timingsOf(undefined, 0.01)
      const prepare = async () => start
      return beginAttempt(
        { desk, folder, startTrainer, prepare, timings: () => ({ ...timings, push: 5 }) },
        start,
      )
    },
  }
}

const lives = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** All tests train the same run. */
let undisturbed: ReturnType<typeof train> | undefined

/** What must be so at the end, whatever came between. */
async function endsWell({ desk, first, spools, pids }: Lab): Promise<void> {
  const last = desk.events.at(-1)
  assert.ok(last?.type === 'ended')
  undisturbed ??= train(first)
  assert.equal(last.weightsSha256, (await undisturbed).ended.weightsSha256, 'the bits of an undisturbed run')
  assert.deepEqual(
    stepsOf(desk.events),
    Array.from({ length: first.plan.totalSteps }, (_, step) => step),
  )
  assert.deepEqual(await readdir(spools), [], 'the spool is empty')
  assert.deepEqual(pids.filter(lives), [], 'no trainer is alive')
}

test('a run on a worker has the bits of one at home', async (t) => {
  const here = await lab(t)
  const attempt = await here.begin()
  assert.deepEqual(await attempt.outcome, { type: 'done' })
  assert.deepEqual(here.desk.ends, [])
  await endsWell(here)
})

test('a host that is away, again and again and after it has stored, loses nothing', async (t) => {
  const here = await lab(t)
  let calls = 0
  here.desk.check = () => {
    if (calls++ % 3 !== 1) throw new Away('cut')
  }
  await (await here.begin()).outcome
  await endsWell(here)
})

for (const [name, isTime] of Object.entries({
  'in mid-epoch': (event: TrainerEvent) => event.type === 'metrics' && event.firstStep > 20,
  'in mid-snapshot': (event: TrainerEvent) => event.type === 'snapshot' && event.cycle === 2,
})) {
  test(`a trainer killed ${name} is told at once, and the next attempt goes on`, async (t) => {
    const here = await lab(t)
    let killed = false
    const attempt = await here.begin((event) => {
      if (killed || !isTime(event)) return
      killed = true
      process.kill(here.pids.at(-1) ?? 0, 'SIGKILL')
    })
    assert.deepEqual(await attempt.outcome, { type: 'done' })
    assert.deepEqual(
      here.desk.ends.map(({ how, reason }) => [how, reason]),
      [['died', 'The trainer was killed (SIGKILL), perhaps for lack of memory.']],
    )
    await (await here.begin()).outcome
    await endsWell(here)
  })
}

test('preemption keeps the state of mid-epoch and spends no failure', async (t) => {
  const here = await lab(t)
  const { promise, resolve } = Promise.withResolvers<void>()
  const attempt = await here.begin((event) => void (event.type === 'checkpoint' && resolve()))
  await promise
  await attempt.preempt('SIGTERM', { checkpoint: 10_000, push: 10_000 })
  assert.deepEqual(await attempt.outcome, { type: 'done' })
  assert.deepEqual(
    here.desk.ends.map(({ how, reason }) => [how, reason]),
    [['preempted', 'SIGTERM']],
  )
  const state = here.desk.events.findLast((event) => event.type === 'checkpoint')?.state
  assert.notEqual(state?.position.stepsDone, 0)
  await (await here.begin()).outcome
  await endsWell(here)
})

test('an attempt that is over elsewhere: its trainer is killed, its spool cleared', async (t) => {
  const here = await lab(t, { budget: { epochs: 100_000 } })
  const attempt = await here.begin((event) => {
    if (event.type === 'epoch') here.desk.fence('another has it')
  })
  assert.deepEqual(await attempt.outcome, { type: 'fenced', reason: 'another has it' })
  assert.deepEqual(await readdir(here.spools), [])
  assert.deepEqual(here.pids.filter(lives), [])

  const other = await here.begin()
  other.fence('told by an order')
  assert.deepEqual(await other.outcome, { type: 'fenced', reason: 'told by an order' })
  assert.deepEqual(await readdir(here.spools), [])
  assert.deepEqual(here.pids.filter(lives), [])
})

test('a fence that overtakes the answer to its end changes nothing of how it ended', async (t) => {
  const here = await lab(t)
  const { end } = here.desk
  const attempt = await here.begin()
  here.desk.end = async (ending) => {
    const answer = await end(ending)
    attempt.fence('the run is queued')
    return answer
  }
  await attempt.preempt('SIGTERM', { checkpoint: 10_000, push: 10_000 })
  assert.deepEqual(await attempt.outcome, { type: 'done' })
  assert.deepEqual(await readdir(here.spools), [])
})

test('a fence that overtakes the answer to the last word changes nothing of how it ended', async (t) => {
  const here = await lab(t)
  const { push } = here.desk
  const attempt = await here.begin()
  here.desk.push = async (key, events) => {
    const answer = await push(key, events)
    if (here.desk.events.at(-1)?.type === 'ended') attempt.fence('the run is completed')
    return answer
  }
  assert.deepEqual(await attempt.outcome, { type: 'done' })
  await endsWell(here)
})

test('orders reach the trainer, and their answers the host', async (t) => {
  const here = await lab(t, { budget: { epochs: 100_000 } })
  const attempt = await here.begin((event) => {
    if (event.type === 'ready') attempt.command({ type: 'pause', requestId: 1 })
    if (event.type === 'obeyed' && event.requestId === 1)
      attempt.command({ type: 'stop', when: 'now', requestId: 2 })
  })
  await attempt.outcome
  const answers = here.desk.events.flatMap((event) => (event.type === 'obeyed' ? [event.requestId] : []))
  assert.deepEqual(answers, [1, 2])
  assert.equal(here.desk.events.at(-1)?.type, 'ended')
})

test('one that the host hands out twice is trained once', async (t) => {
  const here = await lab(t)
  await (await here.begin()).outcome
  here.desk.check = () => {
    throw new Away('cut')
  }
  const attempt = await here.begin()
  const folder = path.join(here.spools, 'run', '2')
  const start = { ...here.first, attempt: 2 }
  const again = beginAttempt(
    {
      desk: here.desk,
      folder,
      startTrainer: childTrainers(async (id) => id),
      prepare: async () => start,
      timings: () => timingsOf(),
    },
    start,
  )
  await assert.rejects(again, /attempt 2 of run run has been here before/)
  attempt.fence('the test is over')
  await attempt.outcome
})

test('preempted while its host is away: the next start tells it, with the state', async (t) => {
  const here = await lab(t)
  const { promise, resolve } = Promise.withResolvers<void>()
  const attempt = await here.begin((event) => void (event.type === 'checkpoint' && resolve()))
  await promise
  here.desk.check = () => {
    throw new Away('cut')
  }
  await attempt.preempt('SIGUSR2', { checkpoint: 10_000, push: 20 })
  assert.deepEqual(await attempt.outcome, { type: 'left' })
  assert.deepEqual(here.pids.filter(lives), [])
  here.desk.check = () => undefined
  const [left] = await findSpools(here.spools)
  assert.ok(left)
  assert.equal(left.owner, 'dead', 'the next start does not wait for the end of this process')
  const timings = () => timingsOf(undefined, 0.01)
  assert.deepEqual(await drainSpool({ desk: here.desk, timings }, left).outcome, { type: 'done' })
  assert.deepEqual(
    here.desk.ends.map(({ how, reason }) => [how, reason]),
    [['preempted', 'SIGUSR2']],
  )
  await (await here.begin()).outcome
  await endsWell(here)
})

test('a spool that is damaged in the middle: what stands before goes home, and the attempt ends in words', async (t) => {
  const here = await lab(t)
  here.desk.check = () => {
    throw new Away('cut')
  }
  const attempt = await here.begin((event) => {
    if (event.type === 'snapshot' && event.cycle === 2) process.kill(here.pids.at(-1) ?? 0, 'SIGKILL')
  })
  const segment = path.join(here.spools, 'run', '1', 'segment-000000000000.log')
  while (!existsSync(path.join(here.spools, 'run', '1', 'end.json')))
    await new Promise((resolve) => setTimeout(resolve, 5))
  const bytes = await readFile(segment)
  const middle = bytes.indexOf('"type":"epoch"')
  bytes.writeUInt8(bytes.readUInt8(middle + 8) ^ 1, middle + 8)
  await writeFile(segment, bytes)
  here.desk.check = () => undefined
  assert.deepEqual(await attempt.outcome, { type: 'done' })
  const [{ how, reason } = { how: '', reason: '' }] = here.desk.ends
  assert.equal(how, 'died')
  assert.match(
    reason,
    /^What its worker has kept of it is damaged: segment-0+\.log is damaged at byte \d+\.$/,
  )
  await (await here.begin()).outcome
  await endsWell(here)
})
