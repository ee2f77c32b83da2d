import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import type { Agent } from './agents.ts'
import type { Spec, WorkersLab } from './lab.ts'
import { eventually } from './until.ts'

/** Three cycles of two epochs; a snapshot is half a megabyte. */
export const spec: Spec = {
  dataset: { name: 'clouds' },
  model: { kind: 'mlp', hidden: [256, 128], dropout: 0.2 },
  optimizer: { kind: 'adamw' },
  schedule: { kind: 'sgdr', lrMax: 0.01, t0: 2 },
  batchSize: 4,
  budget: { steps: 1500 },
  seed: 1,
  device: 'simd',
}

/** Kilobits a second at which a snapshot takes two seconds. */
export const slowLink = 2_000

/** A run that a worker trains, at the moment at which something is to befall it. */
export interface Caught {
  readonly runId: string
  readonly agent: Agent
  readonly attempt: number
  readonly stepsDone: number
}

/** In the middle of an epoch, some steps of it stored. @param on the name of a worker; any, when absent */
export async function midEpoch(lab: WorkersLab, on?: string): Promise<Caught> {
  const runId = await lab.place(spec, on)
  const agent = await lab.taker(runId)
  return caught(lab, runId, agent)
}

/** While its first snapshot is on its way to the host, over a link that the caller makes fast again. */
export async function midSnapshot(lab: WorkersLab, on: string): Promise<Caught> {
  const runId = await lab.place(spec, on)
  const agent = await lab.taker(runId)
  await agent.machine.slow(slowLink)
  await eventually(
    `a snapshot of run ${runId} on its way`,
    () => spoolHas(agent, runId, 'snapshot') || undefined,
  )
  assert.deepEqual(lab.core.store.read.snapshots(runId), [], 'the host has not got it yet')
  return caught(lab, runId, agent)
}

function caught(lab: WorkersLab, runId: string, agent: Agent): Caught {
  const { attempt, stepsDone, status } = lab.core.store.read.run(runId)
  assert.equal(status, 'running', 'caught before its end')
  return { runId, agent, attempt, stepsDone }
}

/** Whether an event of that type waits in the worker's spool. */
function spoolHas(agent: Agent, runId: string, type: string): boolean {
  return agent
    .attempts(runId)
    .some((folder) =>
      (existsSync(folder) ? readdirSync(folder) : [])
        .filter((name) => name.startsWith('segment-'))
        .some((name) => readFileSync(path.join(folder, name), 'latin1').includes(`"type":"${type}"`)),
    )
}

/** What befell a run, in words, and when: milliseconds since 1970. */
export interface Fault {
  readonly what: string
  readonly from: number
}

/** Waits until more steps of the same attempt are stored. */
export async function goesOn(t: TestContext, lab: WorkersLab, run: Caught, fault: Fault): Promise<void> {
  const now = await eventually(`run ${run.runId} to go on after ${fault.what}`, () => {
    const found = lab.core.store.read.run(run.runId)
    return found.stepsDone > run.stepsDone ? found : undefined
  })
  tell(t, fault, now.attempt)
  assert.equal(now.attempt, run.attempt, `${fault.what}: the same attempt`)
}

/** Waits until steps of a later attempt are stored. */
export async function beginsAgain(t: TestContext, lab: WorkersLab, run: Caught, fault: Fault): Promise<void> {
  const attempt = await eventually(`another attempt of run ${run.runId} after ${fault.what}`, () => {
    const { store } = lab.core
    const { status, attempt } = store.read.run(run.runId)
    const placed = store.workers.placedAttempt(run.runId)
    // Event 0 says what the trainer runs on.
    return attempt > run.attempt && (status === 'completed' || (placed?.lastSeq ?? -1) > 0)
      ? attempt
      : undefined
  })
  tell(t, fault, attempt)
  assert.equal(attempt, run.attempt + 1, `${fault.what}: one attempt more`)
}

const tell = (t: TestContext, { what, from }: Fault, attempt: number): void =>
  t.diagnostic(`${what}: goes on after ${((Date.now() - from) / 1000).toFixed(2)} s, in attempt ${attempt}`)
