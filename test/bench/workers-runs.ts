/*
 * A run on a worker beside the same run at home, with real processes on this machine: host, Redis and agent, the agent in a
 * network of its own. How long a step takes on either, how soon it stands in the host's database, whether snapshots of 20 MB
 * hold the trainer up over a slow link, and what fifty idle workers cost the host. It needs root and Linux.
 *
 * Two machines of one kind on one: what trains, at home or under the agent, has one processor core with its program; host and
 * queue have another one while the agent trains.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeRecord } from '../../src-main/agent/spool/record.ts'
import { idleWorkers } from '../workers/idle.ts'
import { missingForLab, openWorkersLab, type Spec, type WorkersLab } from '../workers/lab.ts'
import { spec } from '../workers/moments.ts'
import { until } from '../workers/until.ts'
import { type Figure, percentile, report } from './store-support.ts'

const missing = missingForLab()
if (missing !== undefined) throw new Error(missing)
/** Milliseconds that idle programs are watched. */
const watched = 25_000
const closers: (() => unknown)[] = []
const figures: Figure[] = []
try {
  // Threads follow from the cores that a process may use, and children begin with those of their parent.
  pin(process.pid, 0)
  const lab = await openWorkersLab({ after: (close) => closers.push(close) }, ['w1'], { pace: 1 })
  for (const { pid } of [lab.host, lab.queue]) pin(pid, 1)
  await comparing(lab)
  await arriving(lab)
  await slowSnapshots(lab)
  await idling(lab)
} finally {
  for (const close of closers.reverse()) await close()
}
report('Runs on a worker', figures)

/** All threads of a process to one core. */
function pin(pid: number, core: number): void {
  execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)])
}

/** Interleaved, so that whatever else the machine does falls on both. */
async function comparing(lab: WorkersLab): Promise<void> {
  const long: Spec = {
    ...spec,
    model: { kind: 'mlp', hidden: [256, 256], dropout: 0 },
    budget: { steps: 5000 },
  }
  const [here, there]: [number[], number[]] = [[], []]
  for (let turn = 0; turn < 5; turn++) {
    const { run } = await (await lab.core.runs.launch(long)).finished
    here.push(stepTime(lab, run.id))
    there.push(stepTime(lab, await trained(lab, long)))
  }
  const ratio = percentile(there, 0.5) / percentile(here, 0.5)
  figures.push(
    { name: 'a step at home, median of 5 runs', value: percentile(here, 0.5), unit: 'ms' },
    { name: 'the same on a worker', value: percentile(there, 0.5), unit: 'ms' },
    { name: 'the worker against home', value: ratio, unit: '×', atMost: 1.02 },
  )
}

/** From the time at which the trainer's steps stand in the spool until they stand in the host's database. */
async function arriving(lab: WorkersLab): Promise<void> {
  const runId = await lab.place({ ...spec, budget: { steps: 8000 } })
  const { attempts } = await lab.taker(runId)
  const spooled = new Map<number, number>()
  const delays: number[] = []
  const { store } = lab.core
  await until('the end of the run', async () => {
    const now = performance.now()
    for (const seq of metricsIn(attempts(runId)[0])) if (!spooled.has(seq)) spooled.set(seq, now)
    const lastSeq = store.workers.placedAttempt(runId)?.lastSeq ?? -1
    for (const [seq, at] of spooled)
      if (at > 0 && seq <= lastSeq) {
        delays.push(now - at)
        spooled.set(seq, 0)
      }
    return store.read.run(runId).status === 'completed'
  })
  // What was there before the first look tells nothing.
  const seen = delays.slice(1)
  figures.push(
    {
      name: `from the spool to the host, median of ${seen.length}`,
      value: percentile(seen, 0.5),
      unit: 'ms',
    },
    { name: 'the same, the latest', value: Math.max(...seen), unit: 'ms', atMost: 800 },
  )
}

/** Its sequence numbers of steps. The trainer gathers steps for 200 ms before they stand there. */
function metricsIn(folder: string | undefined): number[] {
  try {
    const names = readdirSync(folder ?? '').filter((name) => name.startsWith('segment-'))
    return names.flatMap((name) => {
      const bytes = readFileSync(path.join(folder ?? '', name))
      const found: number[] = []
      for (let at = 0, record = decodeRecord(bytes, at); record !== undefined; ) {
        if (record.head.kind === 'event' && record.head.type === 'metrics') found.push(record.head.seq)
        at += record.size
        record = at < bytes.byteLength ? decodeRecord(bytes, at) : undefined
      }
      return found
    })
  } catch {
    // It went while it was read.
    return []
  }
}

/** Ten cycles, each with a snapshot of 20 MB, over a link as fast as it goes and one of 40 Mbit/s. */
async function slowSnapshots(lab: WorkersLab): Promise<void> {
  const large: Spec = {
    ...spec,
    model: { kind: 'mlp', hidden: [1300, 1300], dropout: 0.2 },
    schedule: { kind: 'sgdr', lrMax: 0.001, t0: 1 },
    batchSize: 32,
    budget: { epochs: 6 },
  }
  const machine = lab.agents[0]?.machine
  const [fast, slow]: [number[], number[]] = [[], []]
  for (let turn = 0; turn < 2; turn++) {
    fast.push(secondsOf(lab, await trained(lab, large)))
    await machine?.slow(40_000)
    const runId = await lab.place(large)
    const agent = await lab.taker(runId, ({ attempt }) => attempt > 0)
    await until('its trainer', () => agent.trainers().length > 0)
    await until('the end of its trainer', () => agent.trainers().length === 0)
    await machine?.slow(null)
    await completed(lab, runId)
    slow.push(secondsOf(lab, runId))
  }
  figures.push(
    { name: 'six epochs with snapshots of 20 MB, fast link', value: Math.min(...fast), unit: 's' },
    { name: 'the same over 40 Mbit/s', value: Math.min(...slow), unit: 's', atMost: 1.1 * Math.min(...fast) },
  )
}

/** What the host does anyway is measured before they come, and taken off. */
async function idling(lab: WorkersLab): Promise<void> {
  const shares = async (): Promise<{ host: number; queue: number }> => {
    const before = [lab.host.pid, lab.queue.pid].map(processorSeconds)
    await delay(watched)
    const [host = Number.NaN, queue = Number.NaN] = [lab.host.pid, lab.queue.pid].map(
      (pid, i) => (100_000 * (processorSeconds(pid) - (before[i] ?? 0))) / watched,
    )
    return { host, queue }
  }
  const alone = await shares()
  const idle = await idleWorkers(lab, 50)
  // What connecting costs is over by then.
  await delay(8000)
  const crowded = await shares()
  await idle.close()
  figures.push(
    { name: 'the host without idle workers', value: alone.host, unit: '% of a core' },
    {
      name: 'what 50 idle workers cost it',
      value: crowded.host - alone.host,
      unit: '% of a core',
      atMost: 1,
    },
    { name: 'what they cost the queue', value: crowded.queue - alone.queue, unit: '% of a core' },
  )
}

async function trained(lab: WorkersLab, of: Spec): Promise<string> {
  return completed(lab, await lab.place(of))
}

/** Looks seldom: on this machine, looking takes time from what is measured. */
async function completed({ core }: WorkersLab, runId: string): Promise<string> {
  for (;;) {
    const { status, reason } = core.store.read.run(runId)
    if (status === 'completed') return runId
    if (status === 'failed') throw new Error(reason ?? '')
    await delay(200)
  }
}

/** Milliseconds, without evaluations and checkpoints. */
function stepTime(lab: WorkersLab, runId: string): number {
  const training = lab.core.store.read
    .epochs(runId)
    .map(({ trainingSeconds }) => trainingSeconds ?? Number.NaN)
  // The first epoch warms up.
  const warm = training.slice(1)
  return (1000 * percentile(warm, 0.5)) / 250
}

/** With evaluations, checkpoints and snapshots. */
function secondsOf(lab: WorkersLab, runId: string): number {
  return lab.core.store.read.epochs(runId).reduce((sum, { seconds }) => sum + seconds, 0)
}

/** Of a process of this machine, from Linux's /proc: user and system, in hundredths of a second. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
