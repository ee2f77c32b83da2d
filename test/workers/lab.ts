import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Core, openCore } from '../../src-main/core.ts'
import type { RunRecord } from '../../src-main/store/types.ts'
import { type Contents, contents } from '../e2e/contents.ts'
import { cloudsCsv } from '../e2e/lab.ts'
import { createMachines } from '../src-main/workers/machines/machines.ts'
import { missingForMachines } from '../src-main/workers/machines/missing.ts'
import { shOrThrow } from '../src-main/workers/machines/sh.ts'
import { type Agent, joinAgent } from './agents.ts'
import { leftOf, offersIn } from './leftovers.ts'
import { beginHere, emptyWindow, type Program, startProgram } from './programs.ts'
import { freePort, type Queue, startQueue } from './queue.ts'
import { eventually } from './until.ts'

/*
 * A whole lab, every part a process of its own:
 *
 *   host (anneal serve) ── queue (Redis) ──┬── agent on machine w1 ── its trainer
 *                                          └── agent on machine w2 ── its trainer
 *
 * Times go by in a twentieth: a lease lasts 1.5 s, and patience 3 s.
 */

const clock = 0.05
/** Milliseconds of this clock. */
export const patience = 3_000

export interface WorkersLab {
  readonly home: string
  /** How workers reach the host. */
  readonly address: string
  /** This process's own door to the lab's database: it neither listens nor trains for others. */
  readonly core: Core
  readonly host: Program
  readonly queue: Queue
  readonly agents: readonly Agent[]
  /** Queues a run for other machines. @param on the name of a worker; any, when absent */
  place(spec: Spec, on?: string): Promise<string>
  /** The worker that has a run, once it has one that `holds`. */
  taker(runId: string, holds?: (run: RunRecord) => boolean): Promise<Agent>
  /** Waits until a run has ended as one that nobody disturbed, on this machine, and nothing is left of it anywhere. */
  assertUndisturbed(runId: string): Promise<void>
  /** Ids of the queue's offers: all, or those that are to be offered again later. */
  offers(of?: 'delayed'): Promise<string[]>
  /** Nothing trains, waits or is spooled. */
  assertQuiet(): Promise<void>
}

export type Spec = Readonly<Record<string, unknown>>

/** Why no such lab can be made here; undefined where one can. */
export const missingForLab = (): string | undefined => missingForMachines('redis-server')

export interface LabOptions {
  /** Megabytes of the disk of the worker that is named. */
  readonly disks?: Readonly<Record<string, number>>
  /** 1: as for users. */
  readonly pace?: number
}

/** Everything that it starts ends with the test. */
export async function openWorkersLab(
  t: { after(close: () => Promise<void>): void },
  names: readonly string[],
  { disks = {}, pace = clock }: LabOptions = {},
): Promise<WorkersLab> {
  const closers: (() => Promise<void> | void)[] = []
  t.after(async () => {
    for (const close of closers.reverse()) await close()
  })
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-workers-'))
  closers.push(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }))
  const machines = await createMachines(names)
  closers.push(machines.close)
  const core = openCore({ home, db: path.join(home, 'anneal.db'), contenders: ['simd'] })
  closers.push(core.close)
  await importClouds(core, machines.folder)
  core.workers.setSettings({ patience: Math.max(patience / pace, 10_000) })
  const queue = await startQueue(home, machines.hostAddress)
  closers.push(queue.kill)
  const port = await freePort(machines.hostAddress)
  const host = await startHost(home, port, pace)
  closers.push(() => host.kill('SIGTERM'))
  for (const [name, megabytes] of Object.entries(disks)) {
    const folder = path.join(machines.folder, name)
    await shOrThrow(`mkdir '${folder}' && mount -t tmpfs -o size=${megabytes}m tmpfs '${folder}'`)
  }
  const address = `${machines.hostAddress}:${port}`
  const agents = await Promise.all(
    machines.machines.map((machine) =>
      joinAgent(core, {
        name: machine.name,
        folder: path.join(machines.folder, machine.name),
        address,
        machine,
      }),
    ),
  )
  closers.push(() => Promise.all(agents.map(({ program }) => program.kill('SIGKILL'))).then(() => undefined))
  return labOf({ home, address, core, host, queue, agents })
}

function startHost(home: string, port: number, pace: number): Promise<Program> {
  const env = {
    ANNEAL_HOME: home,
    ANNEAL_CLOCK: String(pace),
    ANNEAL_WORKERS_PORT: String(port),
    ANNEAL_WINDOW: emptyWindow(home),
  }
  return startProgram(() => beginHere(['serve', '--no-open', '--port', '0'], env), /Anneal is at/)
}

type Parts = Pick<WorkersLab, 'home' | 'address' | 'core' | 'host' | 'queue' | 'agents'>

function labOf({ home, address, core, host, queue, agents }: Parts): WorkersLab {
  const references = new Map<string, Promise<Contents>>()
  const { read } = core.store
  const reference = (spec: Spec): Promise<Contents> => {
    const key = JSON.stringify(spec)
    const trained = references.get(key) ?? trainedHere(core, spec)
    references.set(key, trained)
    return trained
  }
  return {
    home,
    address,
    core,
    host,
    queue,
    agents,
    async place(spec, on) {
      const worker = agents.find(({ name }) => name === on)
      const at =
        worker === undefined
          ? ({ at: 'anyWorker' } as const)
          : ({ at: 'worker', workerId: worker.id } as const)
      return (await core.runs.enqueue(spec, undefined, at)).id
    },
    taker: (runId, holds = ({ stepsDone }) => stepsDone > 0) =>
      eventually(`run ${runId} on a worker`, () => {
        const run = read.run(runId)
        assert.notEqual(run.status, 'failed', run.reason ?? '')
        return run.place?.worker && holds(run)
          ? agents.find(({ id }) => id === run.place?.worker?.id)
          : undefined
      }),
    async assertUndisturbed(runId) {
      const run = await eventually(`the end of run ${runId}`, () => {
        const found = read.run(runId)
        return ['queued', 'running', 'paused'].includes(found.status) ? undefined : found
      })
      assert.equal(run.status, 'completed', run.reason ?? '')
      assert.deepEqual(contents(core.store, runId), await reference(run.spec))
      await nothingLeft(home, agents, runId)
    },
    offers: (of) => offersIn(home, of),
    async assertQuiet() {
      await nothingLeft(home, agents)
    },
  }
}

async function nothingLeft(home: string, agents: readonly Agent[], runId?: string): Promise<void> {
  const deadline = Date.now() + 15_000
  for (;;) {
    const left = await leftOf(home, agents, runId)
    if (left.length === 0) return
    if (Date.now() > deadline) assert.deepEqual(left, [], 'left behind')
    await delay(50)
  }
}

async function trainedHere(core: Core, spec: Spec): Promise<Contents> {
  const { run } = await (await core.runs.launch(spec)).finished
  return contents(core.store, run.id)
}

async function importClouds(core: Core, folder: string): Promise<void> {
  const file = path.join(folder, 'clouds.csv')
  writeFileSync(file, cloudsCsv(1430))
  await core.catalogue.import({ format: 'csv', path: file, label: 'cloud', name: 'clouds' })
}
