import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Offer, workerProtocol } from '../../../shared/worker/protocol.ts'
import type { RunRecord } from '../../../src-main/store/types.ts'
import { cloudsSpec } from '../runs/lab.ts'
import { build, openWorkersLab, trainingOf, type WorkersLab } from '../workers/lab.ts'
import { temporary } from './spool/support.ts'

/* Agents in processes of their own, over HTTPS, with real trainers, on a host with a real database. */

let lab: WorkersLab
let original: RunRecord
let port = 0
let pin = ''
const service = () => lab.service

before(async () => {
  const spec = cloudsSpec(30, { device: 'simd', model: { kind: 'mlp', hidden: [96, 96] } })
  lab = await openWorkersLab(0.02, spec)
  original = lab.original
  await service().add({ name: 'first' })
  await service().listen(0)
  port = Number(new URL((await service().info()).address ?? '').port)
  const certificate = readFileSync(path.join(lab.home, 'workers', 'tls', 'certificate.pem'))
  pin = new X509Certificate(certificate).fingerprint256.replaceAll(':', '').toLowerCase()
})
after(() => lab.close())

const program = fileURLToPath(new URL('agentChild.ts', import.meta.url))

interface Worker {
  readonly id: string
  readonly folder: string
  said: string
  start(): ChildProcess
  offer(agent: ChildProcess, run: RunRecord): void
}

async function worker(t: TestContext, name: string): Promise<Worker> {
  const { id, token } = lab.joined(name)
  const folder = await temporary(t)
  writeFileSync(
    path.join(folder, 'worker.json'),
    JSON.stringify({ host: '127.0.0.1', port, pin, id, name, token }),
  )
  const found: Worker = {
    id,
    folder,
    said: '',
    start() {
      const agent = fork(program, [folder, build], {
        execArgv: [],
        // A run lasts some seconds, so that what is done in its midst is.
        env: { ...process.env, ANNEAL_STEP_TIME: '4' },
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      })
      agent.stderr?.setEncoding('utf8').on('data', (text: string) => {
        found.said += text
      })
      t.after(() => agent.kill('SIGKILL'))
      return agent
    },
    offer(agent, { id: runId, datasetId }) {
      const offered: Offer = {
        protocol: workerProtocol,
        runId,
        deviceClass: 'processor',
        memory: 0,
        datasetId,
      }
      agent.send(offered)
    },
  }
  return found
}

/** What is stored of a run, without what tells how fast it was. */
function comparable(id: string) {
  const { epochs, series, ...rest } = trainingOf(lab.core, id)
  return {
    ...rest,
    epochs: epochs.map(({ seconds: _, trainingSeconds: __, ...epoch }) => epoch),
    series: series.filter(({ name }) => name !== 'samplesPerSecond'),
  }
}

const run = (id: string): RunRecord => lab.core.store.read.run(id)

/** Polls, since what is waited for happens in other processes. */
async function until(what: string, isSo: () => boolean, said: () => string): Promise<void> {
  const late = Date.now() + 30_000
  while (!isSo()) {
    if (Date.now() > late) throw new Error(`${what} did not happen within 30 s: ${said()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Process ids of trainers that an agent has started. */
function trainersOf(agent: ChildProcess): number[] {
  const children = readFileSync(`/proc/${agent.pid}/task/${agent.pid}/children`, 'utf8')
  return children
    .trim()
    .split(' ')
    .filter((each) => each !== '')
    .map(Number)
}

const lives = (pid: number): boolean => {
  try {
    // A zombie has ended too.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** What must be so at the end, whatever came between. */
async function endsWell(box: Worker, agent: ChildProcess, { id }: RunRecord): Promise<void> {
  await until(
    'the end of the run',
    () => run(id).status === 'completed',
    () => `${JSON.stringify(run(id))} ${box.said}`,
  )
  assert.deepEqual(comparable(id), comparable(original.id), 'no step missing or doubled, the same bits')
  const spools = path.join(box.folder, 'spool')
  await until(
    'an empty spool',
    () => readdirSync(spools).length === 0,
    () => box.said,
  )
  const trainers = trainersOf(agent)
  const left = once(agent, 'exit')
  agent.kill('SIGTERM')
  await left
  assert.deepEqual(trainers.filter(lives), [], 'no trainer is alive')
}

const isLinux = process.platform === 'linux' ? false : 'it looks into /proc'

test('a run trains on a worker with the bits of this machine', { skip: isLinux }, async (t) => {
  const box = await worker(t, 'plain')
  // None of these is a spool.
  const strange = ['..hidden', 'run', 'run/0', 'run/x'].map((name) => path.join(box.folder, 'spool', name))
  for (const each of strange) mkdirSync(each, { recursive: true })
  const agent = box.start()
  const first = lab.placed()
  const second = lab.placed()
  box.offer(agent, first)
  box.offer(agent, second)
  await until(
    'both runs',
    () => [first, second].every(({ id }) => run(id).status === 'completed'),
    () => box.said,
  )
  const left = (): string => readdirSync(path.join(box.folder, 'spool')).sort().join(' ')
  await until(
    'empty spools',
    () => left() === '..hidden run',
    () => `${left()} ${box.said}`,
  )
  for (const each of strange) rmSync(each, { recursive: true, force: true })
  await endsWell(box, agent, first)
  assert.deepEqual(comparable(second.id), comparable(original.id))
  const stored = readdirSync(path.join(box.folder, 'datasets'))
  assert.deepEqual(stored, [original.datasetId], 'its data set came once')
})

for (const [when, isTime] of Object.entries({
  'in mid-epoch': (folder: string, id: string) => folder !== '' && run(id).stepsDone > 0,
  'in mid-snapshot': (folder: string, id: string) => {
    try {
      return readdirSync(path.join(folder, 'spool', id, '1', 'blobs')).some((name) => name.endsWith('.tmp'))
    } catch {
      return false
    }
  },
}))
  test(`an agent killed ${when}: its trainers end, and the next start brings home what it had`, {
    skip: isLinux,
  }, async (t) => {
    const box = await worker(t, when.replaceAll(' ', '-'))
    const agent = box.start()
    const placedRun = lab.placed()
    box.offer(agent, placedRun)
    await until(
      when,
      () => isTime(box.folder, placedRun.id),
      () => box.said,
    )
    const trainers = trainersOf(agent)
    const left = once(agent, 'exit')
    agent.kill('SIGKILL')
    await left
    const again = box.start()
    await until(
      'the word of its death',
      () => run(placedRun.id).status === 'queued',
      () => `${JSON.stringify(run(placedRun.id))} ${box.said}`,
    )
    box.offer(again, placedRun)
    await endsWell(box, again, placedRun)
    assert.equal(run(placedRun.id).attempt, 2)
    await until(
      'the end of the orphans',
      () => !trainers.some(lives),
      () => box.said,
    )
  })

test('SIGTERM keeps the state of mid-epoch, and the run goes on without a failure', {
  skip: isLinux,
}, async (t) => {
  const box = await worker(t, 'preempted')
  const agent = box.start()
  const placedRun = lab.placed()
  box.offer(agent, placedRun)
  await until(
    'some steps',
    () => run(placedRun.id).stepsDone > 0,
    () => box.said,
  )
  const left = once(agent, 'exit')
  agent.kill('SIGTERM')
  assert.deepEqual(await left, [0, null])
  const kept = run(placedRun.id)
  assert.equal(kept.status, 'queued', box.said)
  assert.equal(lab.core.store.read.checkpoint(placedRun.id)?.position.stepsDone, kept.stepsDone)
  assert.equal(kept.place?.failures, 0)
  const again = box.start()
  box.offer(again, placedRun)
  await endsWell(box, again, placedRun)
})

test('a host that goes and comes back: training goes on, and nothing is lost', {
  skip: isLinux,
}, async (t) => {
  const box = await worker(t, 'cut')
  const agent = box.start()
  const placedRun = lab.placed()
  box.offer(agent, placedRun)
  await until(
    'some steps',
    () => run(placedRun.id).stepsDone > 0,
    () => box.said,
  )
  await service().close()
  await until(
    'the host to be missed',
    () => box.said.includes('cannot be reached'),
    () => box.said,
  )
  const next = lab.host(lab.core)
  await next.listen(port)
  await endsWell(box, agent, placedRun)
  assert.equal(run(placedRun.id).attempt, 1)
})

test('a worker that was removed says one sentence and ends; another agent in its folder does not begin', {
  skip: isLinux,
}, async (t) => {
  const box = await worker(t, 'removed')
  const agent = box.start()
  await until(
    'its first word',
    () => (lab.core.store.workers.find(box.id)?.seenAt ?? null) !== null,
    () => box.said,
  )
  const other = box.start()
  const [code] = await once(other, 'exit')
  assert.equal(code, 1)
  assert.match(box.said, /another agent works in this folder/)
  const left = once(agent, 'exit')
  lab.core.store.workers.setState(box.id, 'removed', null)
  assert.deepEqual(await left, [1, null])
  assert.match(box.said, /"type":"refused","reason":"[^"]*removed[^"]*"/)
})
