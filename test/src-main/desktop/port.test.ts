import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import type { MessagePort } from 'node:worker_threads'
import { createTRPCClient, TRPCClientError } from '@trpc/client'
import type { AppRouter } from '../../../shared/api/router.ts'
import type { RunListChange } from '../../../shared/api/runs.ts'
import type { Services } from '../../../shared/api/services.ts'
import { createServices } from '../../../src-main/api/index.ts'
import { type Core, openCore } from '../../../src-main/core.ts'
import { answerPort } from '../../../src-main/desktop/answerPort.ts'
import { ipcLink, type WindowPort } from '../../../src-renderer/ipcLink.ts'
import { newRun } from '../store/fixtures.ts'
import { until } from './boot.ts'
import { closePorts, MessageChannelMain } from './electron.ts'

/* Both ends of the window's port, over real channels and the real core. */

let home: string
let core: Core
let services: Services
let hostPorts: InstanceType<typeof MessageChannelMain>['port1'][] = []
let log: string[] = []

before(() => {
  home = mkdtempSync(path.join(tmpdir(), 'anneal-port-'))
  core = openCore({ home, db: path.join(home, 'anneal.db') })
  services = createServices(core, 'desktop')
  const { datasetId: id } = newRun
  core.store.write.putDataset({ id, name: 'clouds', folder: home, meta: { id, name: 'clouds' } })
})
after(async () => {
  closePorts()
  await core.close()
  rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
})
beforeEach(() => {
  closePorts()
  hostPorts = []
  log = []
})

/** A port to the core, as the preload brings one. */
async function connect() {
  const { port1, port2 } = new MessageChannelMain()
  hostPorts.push(port1)
  answerPort(port1, services, (line) => log.push(line))
  return port2.give()
}

/** A port as a page knows it. */
function ofPage(port: MessagePort): WindowPort {
  return {
    postMessage: (message) => port.postMessage(message),
    addEventListener(type: 'message' | 'close', listener: (event: { data: string }) => void) {
      if (type === 'message') port.on('message', (data: string) => listener({ data }))
      else port.on('close', () => listener({ data: '' }))
    },
    start: () => port.start(),
  }
}

const usual = async (): Promise<WindowPort> => ofPage(await connect())
const client = (open = usual) => createTRPCClient<AppRouter>({ links: [ipcLink(open)] })

const storedRun = (): string => core.store.write.createRun(newRun).id

const answered = (): never => assert.fail('it was answered')

/** Follows all runs, step by step. */
function follow(api: ReturnType<typeof client>) {
  const steps: RunListChange[] = []
  const states: string[] = []
  const connection: string[] = []
  const watch = api.runs.changes.subscribe(
    {},
    {
      onStarted: () => states.push('started'),
      onData: ({ data }) => steps.push(data),
      onComplete: () => states.push('complete'),
      onConnectionStateChange: ({ state, error }) =>
        connection.push(error === null ? state : `${state}: ${error?.message}`),
      onError: ({ message }) => states.push(message),
    },
  )
  return { steps, states, connection, stop: () => watch.unsubscribe() }
}

test('queries and mutations are answered by the core', async () => {
  const api = client()
  const id = storedRun()
  const [found, about] = await Promise.all([api.runs.get.query({ id }), api.lab.about.query()])
  assert.equal(found.id, id)
  assert.equal(about.database, core.store.path)
  await api.runs.annotate.mutate({ ids: [id], note: 'looked at', favourite: true })
  assert.equal(core.store.read.run(id).note, 'looked at')
  assert.equal((await api.runs.get.query({ id })).favourite, true)
  assert.equal(hostPorts.length, 1, 'all over one port')
})

test("a user's mistake comes as its own sentence, with the code the window switches on", async () => {
  const api = client()
  const problem = async (ask: Promise<unknown>) => {
    const error = await ask.then(answered, (thrown: unknown) => thrown)
    if (!(error instanceof TRPCClientError)) assert.fail(`thrown: ${error}`)
    return { message: error.message, code: error.data?.code, stack: error.data?.stack }
  }
  const unknown = await problem(api.runs.get.query({ id: 'nosuchrun00' }))
  assert.equal(unknown.code, 'BAD_REQUEST')
  assert.match(unknown.message, /nosuchrun00/)
  const malformed = await problem(api.runs.annotate.mutate({ ids: ['x'], name: '' }))
  assert.equal(malformed.code, 'BAD_REQUEST')
  assert.match(malformed.message, /^While changing runs: /)
  assert.deepEqual([unknown.stack, malformed.stack], [undefined, undefined])
  // @ts-expect-error: a window of another build may ask for what is not there.
  assert.equal((await problem(api.runs.nothing.query())).code, 'NOT_FOUND')
  assert.deepEqual(log, [])
})

test('an error that is ours is logged and told without its stack', async () => {
  const broken: Services = {
    ...services,
    lab: {
      ...services.lab,
      about() {
        throw new Error('out of luck')
      },
    },
  }
  const api = client(async () => {
    const { port1, port2 } = new MessageChannelMain()
    answerPort(port1, broken, (line) => log.push(line))
    return ofPage(port2.give())
  })
  const error = await api.lab.about.query().then(answered, (thrown: unknown) => thrown)
  if (!(error instanceof TRPCClientError)) assert.fail(`thrown: ${error}`)
  assert.equal(error.data?.code, 'INTERNAL_SERVER_ERROR')
  assert.equal(error.data?.stack, undefined)
  assert.deepEqual(log, ['lab.about: out of luck'])
})

test('a subscription tells all that is there, then what changes, until it is ended', async () => {
  const id = storedRun()
  const { steps, states, stop } = follow(client())
  await until('the first step', () => steps[0])
  assert.ok(steps[0]?.changed.some((run) => run.id === id))
  await services.runs.annotate({ ids: [id], note: 'changed' })
  await until('the change', () => steps[1])
  assert.deepEqual(
    steps[1]?.changed.map((run) => [run.id, run.note]),
    [[id, 'changed']],
  )
  assert.deepEqual(states, ['started'])
  stop()
  assert.equal(steps.length, 2)
})

test('after a lost port a subscription goes on where it was: nothing twice, nothing left out', async () => {
  const [first, second] = [storedRun(), storedRun()]
  const { steps, stop } = follow(client())
  await until('the first step', () => steps[0])
  services.runs.annotate({ ids: [first], note: 'before the break' })
  await until('the change', () => steps[1])
  hostPorts[0]?.close()
  services.runs.annotate({ ids: [second], note: 'in the break' })
  const resumed = await until('the next step', () => steps[2])
  assert.deepEqual(
    resumed.changed.map((run) => [run.id, run.note]),
    [[second, 'in the break']],
  )
  assert.equal(hostPorts.length, 2)
  services.runs.annotate({ ids: [first], note: 'after it' })
  const later = await until('the step after', () => steps[3])
  assert.deepEqual(
    later.changed.map((run) => [run.id, run.note]),
    [[first, 'after it']],
  )
  stop()
})

test('a subscription is told that its port is gone, and when it has the next one', async () => {
  const held = Promise.withResolvers<void>()
  let ports = 0
  const api = client(async () => {
    if (++ports === 2) await held.promise
    return usual()
  })
  const { steps, states, connection, stop } = follow(api)
  await until('the first step', () => steps[0])
  assert.deepEqual(connection, ['connecting', 'pending'])
  hostPorts[0]?.close()
  await until('the break', () => connection[2])
  assert.deepEqual(connection.slice(2), ['connecting: The connection to Anneal was lost.'])
  // What is asked meanwhile waits for the host to come back.
  const asked = api.lab.about.query()
  held.resolve()
  assert.equal((await asked).door, 'desktop')
  await until('the way back', () => connection[3])
  assert.equal(connection[3], 'pending')
  assert.equal(states.includes('complete'), false)
  stop()
})

test('a call that waits when the port is lost fails in words, and the next one has a new port', async () => {
  const api = client()
  await api.lab.about.query()
  const asked = api.lab.devices.query()
  hostPorts[0]?.close()
  await assert.rejects(asked, /connection to Anneal was lost before it answered/)
  assert.equal((await api.lab.about.query()).door, 'desktop')
  assert.equal(hostPorts.length, 2)
})

test('a host that cannot be reached yet is asked again', async () => {
  let tries = 0
  const api = client(() => (++tries === 1 ? Promise.reject(new Error('not yet')) : usual()))
  assert.equal((await api.lab.about.query()).door, 'desktop')
  assert.equal(tries, 2)
})

test('messages that are no calls are logged and harm nothing', async () => {
  const port = await connect()
  const answers: string[] = []
  port.on('message', (message: string) => answers.push(message))
  const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`
  for (const message of [7, null, '', '{', '{"id":1}', '{"id":1,"method":"drop","params":{"path":"x"}}'])
    port.postMessage(message)
  port.postMessage(`{"id":1,"method":"query","params":{"path":"runs.plan","input":{"spec":${deep}}}}`)
  port.postMessage('{"id":2,"method":"query","params":{"path":"lab.about"}}')
  await until('the answers', () => answers[1])
  assert.equal(log.length, 6)
  const told = answers.map((text) => JSON.parse(text))
  assert.match(told.find(({ id }) => id === 1)?.error.message, /nest/)
  assert.equal(told.find(({ id }) => id === 2)?.result.data.door, 'desktop')
})
