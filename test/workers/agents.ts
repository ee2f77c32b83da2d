import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { joinAnswer, workerProtocol } from '../../shared/worker/protocol.ts'
import type { Core } from '../../src-main/core.ts'
import { post } from '../src-main/workers/client.ts'
import type { Machine } from '../src-main/workers/machines/machines.ts'
import { markOf, trainersOf } from './processes.ts'
import { type Program, startProgram } from './programs.ts'
import { until } from './until.ts'

/** A worker of a lab, as a process of its own. */
export interface Agent {
  readonly id: string
  readonly name: string
  readonly folder: string
  readonly machine: Machine
  readonly program: Program
  /** Process ids of its trainers, also of those that it has left behind. */
  trainers(): number[]
  /** Folders of a run's attempts in its spool. */
  attempts(runId: string): string[]
}

const main = fileURLToPath(new URL('../../src-main/cli/main.ts', import.meta.url))
/** A run lasts some seconds, so that what is done in its midst is. */
const slowSteps = { ANNEAL_STEP_TIME: '2' }
const invitation = z.object({ host: z.string(), port: z.int(), pin: z.string(), code: z.string() })

/** Joins over HTTPS with a one-time code, as the pasted command does. @returns what that keeps in worker.json, and the host's build */
export async function joinOverHttps(
  core: Core,
  { name, address }: { readonly name: string; readonly address: string },
) {
  const { command } = await core.workers.add({ name, address })
  const told = /^const invitation = (.*)$/m.exec(command)?.[1]
  const { host, port, pin, code } = invitation.parse(JSON.parse(told ?? 'null'))
  // The host begins to listen when it sees that somebody is invited.
  await until('the host to listen', async () => (await core.workers.info()).address !== null)
  const answer = await post({ port, pin }, '/v1/join', { code, protocol: workerProtocol })
  const { workerId: id, token, build } = joinAnswer.parse(answer.value())
  return { host, port, pin, id, name, token, build }
}

/** A worker that has joined, with its agent, from the program that lies here. */
export async function joinAgent(
  core: Core,
  place: {
    readonly name: string
    readonly folder: string
    /** How the worker reaches its host: "10.213.1.1:7342". */
    readonly address: string
    readonly machine: Machine
  },
): Promise<Agent> {
  const { name, folder, machine } = place
  const { build: _, ...joined } = await joinOverHttps(core, place)
  const { id } = joined
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'worker.json'), JSON.stringify(joined), {
    mode: 0o600,
  })
  const args = [main, 'worker', '--folder', folder]
  const env = { ...process.env, ...markOf(id), ...slowSteps, ANNEAL_HOME: folder }
  const options = { env, stdio: 'pipe' } as const
  const begin = () => machine.spawn(process.execPath, args, options)
  const spool = (runId: string): string => path.join(folder, 'spool', runId)
  return {
    id,
    name,
    folder,
    machine,
    program: await startProgram(begin, /\n/),
    trainers: () => trainersOf(id),
    attempts: (runId) =>
      existsSync(spool(runId))
        ? readdirSync(spool(runId)).map((attempt) => path.join(spool(runId), attempt))
        : [],
  }
}
