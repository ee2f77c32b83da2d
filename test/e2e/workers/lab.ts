import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Core, openCore } from '../../../src-main/core.ts'
import type { RunRecord } from '../../../src-main/store/types.ts'
import { createMachines, type Machines } from '../../src-main/workers/machines/machines.ts'
import { missingForMachines } from '../../src-main/workers/machines/missing.ts'
import { type Contents, contents } from '../contents.ts'
import { cloudsCsv } from '../lab.ts'
import { type Agent, joinAgent } from './agents.ts'
import { leftOf } from './leftovers.ts'
import { beginHere, emptyWindow, type Program, startProgram } from './programs.ts'
import { freePort, type Queue, startQueue } from './queue.ts'

/*
 * A whole lab, every part a process of its own:
 *
 *   host (anneal serve) ── queue (Redis) ──┬── agent on machine w1 ── its trainer
 *                                          └── agent on machine w2 ── its trainer
 *
 * Times go by in a twentieth: a lease lasts 1.5 s, and patience 3 s.
 */

export const clock = 0.05
/** Milliseconds of this clock. */
export const patience = 3_000

export interface WorkersLab {
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
  /** Nothing trains, waits or is spooled. */
  assertQuiet(): Promise<void>
  close(): Promise<void>
}

export type Spec = Readonly<Record<string, unknown>>

/** Why no such lab can be made here; undefined where one can. */
export const missingForLab = (): string | undefined => missingForMachines('redis-server')

export async function openWorkersLab(names: readonly string[]): Promise<WorkersLab> {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-workers-'))
  const machines = await createMachines(names)
  const core = openCore({ home, db: path.join(home, 'anneal.db'), contenders: ['simd'] })
  await importClouds(core, machines.folder)
  core.workers.setSettings({ patience: patience / clock })
  const queue = await startQueue(home, machines.hostAddress)
  const port = await freePort(machines.hostAddress)
  const window = emptyWindow(home)
  const env = {
    ANNEAL_HOME: home,
    ANNEAL_CLOCK: String(clock),
    ANNEAL_WORKERS_PORT: String(port),
    ANNEAL_WINDOW: window,
  }
  const serve = ['serve', '--no-open', '--port', '0']
  const host = await startProgram(() => beginHere(serve, env), /Anneal is at/)
  const address = `${machines.hostAddress}:${port}`
  // It begins to listen when it sees that somebody is invited.
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
  return labOf({ home, core, host, queue, agents, machines })
}

interface Parts extends Pick<WorkersLab, 'core' | 'host' | 'queue' | 'agents'> {
  readonly home: string
  readonly machines: Machines
}

function labOf({ home, core, host, queue, agents, machines }: Parts): WorkersLab {
  const references = new Map<string, Promise<Contents>>()
  const { read } = core.store
  const reference = (spec: Spec): Promise<Contents> => {
    const key = JSON.stringify(spec)
    const trained = references.get(key) ?? trainedHere(core, spec)
    references.set(key, trained)
    return trained
  }
  return {
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
    async assertQuiet() {
      await nothingLeft(home, agents)
    },
    async close() {
      for (const { program } of agents) await program.kill('SIGKILL')
      await host.kill('SIGTERM')
      await queue.kill()
      await core.close()
      await machines.close()
      rmSync(home, { recursive: true, force: true })
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

/** Looks until `find` gives something. @throws Error after a minute, with what was waited for */
export async function eventually<T>(
  what: string,
  find: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    if (Date.now() > deadline) throw new Error(`waited a minute for ${what}`)
    await delay(10)
  }
}
