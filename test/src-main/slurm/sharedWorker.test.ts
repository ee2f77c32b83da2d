import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Desk } from '../../../src-main/workerLink/desk.ts'
import { asked, attending, never, openWorkersLab, pushAll, spool, type WorkersLab } from '../workers/lab.ts'

/* All jobs of Slurm are one worker: each has what is its own alone. */

let lab: WorkersLab
let desk: Desk
before(async () => {
  lab = await openWorkersLab(0.02)
  desk = lab.joined('slurm-jobs').desk
})
after(() => lab.close())

const stateOf = (runId: string) => lab.core.store.read.run(runId)

test('a second job gets nothing of a run that the first has, and the first begun again gets a new attempt', async () => {
  const run = lab.placed({ at: 'slurm' })
  const start = (slurmJob: string) => desk.start(asked(run.id, { slurmJob }))
  const first = await start('7')
  assert.ok(first.type === 'start')
  assert.equal(first.start.attempt, 1)
  assert.equal((await start('8')).type, 'later', 'no event of it has come yet, and it is not the job’s')
  const cut = lab.events.findIndex(({ type }) => type === 'snapshot') + 1
  const key = { runId: run.id, attempt: 1 }
  await pushAll(desk, key, spool(key, lab.events.slice(0, cut)))

  const again = await start('7')
  assert.ok(again.type === 'start')
  assert.equal(again.start.attempt, 2)
  assert.ok((again.start.state?.position.stepsDone ?? 0) > 0, 'from the state that was kept')
  assert.equal(stateOf(run.id).place?.failures, 0)
  const late = await desk.push(
    key,
    spool(key, lab.events.slice(cut)).map(({ event }) => event),
  )
  assert.equal(late.type, 'fenced', 'a node that was cut off and trains on')
})

test('an order goes to the job whose run it is for', async () => {
  const keys = []
  for (const slurmJob of ['21', '22']) {
    const { id: runId } = lab.placed({ at: 'slurm' })
    const answer = await desk.start(asked(runId, { slurmJob }))
    assert.equal(answer.type, 'start')
    keys.push({ runId, attempt: 1 })
  }
  const [one, two] = keys
  assert.ok(one !== undefined && two !== undefined)
  lab.core.store.write.request(two.runId, { type: 'pause' })
  const ordersOf = async (key: typeof one) => {
    const answer = await desk.attend(attending({ spooled: [key] }), never)
    assert.ok(answer.type === 'orders')
    return answer.orders.map((order) => [order.type, order.runId])
  }
  assert.deepEqual(await ordersOf(one), [])
  assert.deepEqual(await ordersOf(two), [['command', two.runId]])
})

test('runs that fail on a node keep no other job from training', async () => {
  for (const slurmJob of ['31', '32', '33']) {
    const { id: runId } = lab.placed({ at: 'slurm' })
    assert.equal((await desk.start(asked(runId, { slurmJob }))).type, 'start')
    await desk.end({ runId, attempt: 1, how: 'unstartable', reason: 'its GPU is broken', lastSeq: -1 })
    assert.equal(stateOf(runId).place?.failures, 1)
  }
  assert.equal(lab.core.store.workers.list().at(-1)?.state, 'joined')
})
