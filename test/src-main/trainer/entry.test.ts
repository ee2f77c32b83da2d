import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  type HostMessage,
  type StartMessage,
  type TrainerEvent,
  trainerEvent,
  trainerOutput,
} from '../../../shared/run/messages.ts'
import { existing, startRequest, summary, tinyDataset, tinySpec, train } from './support.ts'

const entry = fileURLToPath(new URL('../../../src-main/trainer/entry.ts', import.meta.url))

interface Started {
  readonly child: ChildProcess
  readonly events: TrainerEvent[]
  send(message: object): void
  /** Says where the data set lies before. */
  sendStart(message: StartMessage): void
}

function start(): Started {
  const child = fork(entry, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const events: TrainerEvent[] = []
  child.on('message', (message) => {
    const output = trainerOutput.parse(message)
    if (output.type !== 'alive') events.push(output)
  })
  return {
    child,
    events,
    send: (message) => void child.send(message),
    sendStart(message) {
      child.send({ type: 'localDataset', datasetId: message.datasetId, folder: message.datasetId })
      child.send(message)
    },
  }
}

test('the process trains one run, gives the same bits as in here, and ends by itself with code 0', async (t) => {
  const folder = await tinyDataset(t)
  const request = startRequest(folder, tinySpec())
  const { child, events, sendStart } = start()
  sendStart(request)
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
  const { ended } = summary(events)
  assert.equal(ended.status, 'completed')
  assert.equal(ended.weightsSha256, (await train(request)).ended.weightsSha256)
})

test('it obeys messages while it trains: pause, resume, stop', async (t) => {
  const folder = await tinyDataset(t)
  const { child, events, send, sendStart } = start()
  sendStart(startRequest(folder, tinySpec({ budget: { epochs: 100_000 } })))
  const answer: Partial<Record<string, HostMessage>> = {
    metrics: { type: 'pause' },
    paused: { type: 'resume' },
    running: { type: 'stop', when: 'now' },
  }
  child.on('message', (message) => {
    const event = trainerEvent.parse(message)
    const key = event.type === 'status' ? event.status : event.type
    const next = answer[key]
    delete answer[key]
    if (next !== undefined) send(next)
  })
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
  assert.equal(summary(events).ended.status, 'stopped')
  assert.deepEqual(
    summary(events)
      .of('status')
      .map(({ status }) => status),
    ['paused', 'running'],
  )
})

test('it ends at once when its host goes away', async (t) => {
  const { child, sendStart } = start()
  sendStart(startRequest(await tinyDataset(t), tinySpec({ budget: { epochs: 100_000 } })))
  await once(child, 'message')
  child.disconnect()
  const [code] = await once(child, 'exit')
  assert.equal(code, 1)
})

test('a start it cannot read is a failed run with the rule in words; other nonsense is passed over', async (t) => {
  const folder = await tinyDataset(t)
  const broken = start()
  broken.send({ ...startRequest(folder, tinySpec()), plan: { totalSteps: 0, stepsPerEpoch: 9 } })
  const [code] = await once(broken.child, 'exit')
  assert.equal(code, 0)
  const { status, reason } = summary(broken.events).ended
  assert.equal(status, 'failed')
  assert.match(existing(reason, 'reason'), /^While reading a message to the trainer: plan\.totalSteps/)

  const other = start()
  other.send({ type: 'dance' })
  other.sendStart(startRequest(folder, tinySpec()))
  await once(other.child, 'exit')
  assert.equal(summary(other.events).ended.status, 'completed')
})
