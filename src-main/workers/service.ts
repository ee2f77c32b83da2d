import path from 'node:path'
import type { Invitation, QueueInfo, WorkersInfo } from '../../shared/api/workers.ts'
import { UserError, wordsOf } from '../../shared/errors.ts'
import { slurmWorkerName } from '../../shared/worker/placement.ts'
import { timingsOf, type WorkerTimings } from '../../shared/worker/timings.ts'
import type { Catalogue } from '../datasets/index.ts'
import type { RunService } from '../runs/service.ts'
import { createSlurm, type SlurmService, slurmState } from '../slurm/submitter.ts'
import type { WorkerRecord } from '../store/types/worker.ts'
import type { Store } from '../store/types.ts'
import type { Desk } from '../workerLink/desk.ts'
import { type HostCertificate, hostCertificate } from './certificate.ts'
import type { DeskContext } from './deskContext.ts'
import { endAttempt } from './failedAttempt.ts'
import { createGate } from './gate.ts'
import { createHostDesk } from './hostDesk.ts'
import { createLabOffers, createQueueAccess } from './labOffers.ts'
import { createListener, listeningProgram } from './listener.ts'
import { howToServe, type Offers } from './offers.ts'
import { ownHost, parseAddress, urlOf } from './ownAddress.ts'
import { createPatience } from './patience.ts'
import { readQueueFile } from './queueFile.ts'
import { watchQueue } from './queueWatch.ts'
import { codeLife, createGuesses, hashOf, newCode } from './secrets.ts'
import { startWorkerServer } from './server.ts'
import { workerInfo, workerInfos } from './workersInfo.ts'

/** Milliseconds between two looks for what attempts have left that are over. */
const sweepEvery = 3_600_000

/** Other machines that train runs of this lab: who they are, and what they are told. */
export interface WorkerService {
  info(): Promise<WorkersInfo>
  /** @throws UserError when the name is another's, or the address is none */
  add(input: { readonly name: string; readonly address?: string | undefined }): Promise<Invitation>
  /** @throws UserError for an unknown worker */
  inviteAgain(id: string, address?: string): Promise<Invitation>
  /** @throws UserError for an unknown worker, and for one that has not joined */
  command(input: { readonly id: string; readonly command: 'drain' | 'welcome' | 'remove' }): Promise<void>
  setSettings(settings: { readonly patience: number }): void
  /**
   * Listens from now on, as soon as there is a worker, or an invitation, and no other program of the lab does. Resolves after
   * the first try. @param port where not the usual one; 0: any free one
   */
  listen(port?: number): Promise<void>
  /** What the host does for one worker, for other ways to it than HTTPS. */
  deskFor(workerId: string): Desk
  /** Workers train on, and wait for the next host. */
  close(): Promise<void>
}

export interface WorkerServiceOptions {
  readonly home: string
  readonly store: Store
  readonly catalogue: Pick<Catalogue, 'resolve'>
  readonly runs: Pick<RunService, 'tellStored' | 'pokeQueue' | 'onQueued'>
  /** Below 1: time goes by so much faster, for tests. */
  readonly clock?: number
  /** Where workers find this host when nothing else is said. */
  readonly port: number
  /** The program that workers run. */
  readonly app: () => Promise<{ readonly build: string; readonly gzip: Uint8Array }>
  readonly invitationCommand: (invitation: {
    readonly host: string
    readonly port: number
    readonly pin: string
    readonly code: string
    readonly name: string
  }) => string
  readonly log?: (line: string) => void
}

export function createWorkerService(options: WorkerServiceOptions): WorkerService {
  const { home, store, catalogue, runs, clock = 1, app, log = () => undefined } = options
  const folder = path.join(home, 'workers')
  let offers: Offers | undefined
  let slurm: SlurmService | undefined
  const context: DeskContext = {
    store,
    catalogue,
    folder,
    timings: createTimings(store, clock),
    build: async () => (await app()).build,
    queueAccess: createQueueAccess(home, log),
    tellStored: runs.tellStored,
    // Tells offers and Slurm too.
    onQueueChanged: runs.pokeQueue,
    now: Date.now,
  }
  const poke = (): void => {
    offers?.poke()
    slurm?.poke()
  }
  const unsubscribe = runs.onQueued(poke)
  let unwatch = (): void => undefined
  const desk = createHostDesk(context)
  const patience = createPatience(context)
  const guesses = createGuesses(context.now)
  let certificate: Promise<HostCertificate> | undefined
  const ownCertificate = (): Promise<HostCertificate> => {
    certificate ??= hostCertificate(folder)
    certificate.catch(() => {
      certificate = undefined
    })
    return certificate
  }
  let sweeper: NodeJS.Timeout | undefined
  const sweep = (): void => {
    desk.sweep().catch((error: unknown) => log(`While clearing away what workers sent: ${wordsOf(error)}`))
  }
  const listener = createListener({
    folder,
    database: store.path,
    pin: async () => (await ownCertificate()).sha256,
    isWanted: () => store.health().access === 'write' && store.workers.any(),
    start: async (port) =>
      startWorkerServer({
        certificate: await ownCertificate(),
        port,
        gate: createGate(context),
        guesses,
        app: async () => (await app()).gzip,
        deskFor: desk.deskFor,
        log,
      }),
    onListening() {
      patience.begin()
      offers = createLabOffers({ home, store, timings: context.timings(), log })
      const { onQueueChanged } = context
      slurm = createSlurm({ home, store, deskFor: desk.deskFor, onQueueChanged, clock, log })
      unwatch = watchQueue(store, poke)
      sweep()
      sweeper = setInterval(sweep, sweepEvery).unref()
    },
    retry: () => context.timings().retry,
  })
  const port = (): number => listener.port() ?? elsewhere()?.port ?? options.port
  /** Another program of this lab that listens. */
  const elsewhere = () => {
    const found = listeningProgram(folder)
    return found !== undefined && found.pid !== process.pid && found.database === store.path
      ? found
      : undefined
  }
  const seen = async () => ({
    store,
    timings: context.timings(),
    // Made of all that the program is: not before there is somebody who has one.
    build: store.workers.list().some(({ build }) => build !== null) ? await context.build() : '',
    now: context.now(),
  })

  const inviting = async (
    address: string | undefined,
    invite: (code: { readonly codeHash: string; readonly codeUntil: number }) => WorkerRecord,
  ): Promise<Invitation> => {
    const host = address === undefined ? ownHost() : parseAddress(address, port()).host
    const { sha256: pin } = await ownCertificate()
    const code = newCode()
    const validUntil = context.now() + codeLife
    const worker = invite({ codeHash: hashOf(code), codeUntil: validUntil })
    // Only now is there somebody to listen to, and only now is the port known.
    await listener.poke()
    const at = address === undefined ? { host, port: port() } : parseAddress(address, port())
    const info = workerInfo(await seen(), worker)
    if (info === undefined) throw new Error(`Worker ${worker.id} was removed as soon as it was added.`)
    return {
      worker: info,
      command: options.invitationCommand({ ...at, pin, code, name: worker.name }),
      validUntil,
    }
  }

  return {
    async info() {
      const isListening = listener.port() !== undefined || elsewhere() !== undefined
      return {
        workers: workerInfos(await seen()),
        queue: (await offers?.state()) ?? queueElsewhere(home),
        address: isListening ? urlOf({ host: ownHost(), port: port() }) : null,
        problem: listener.problem(),
        slurm: slurm?.state() ?? slurmState(home, null),
        patience: store.workers.settings().patience,
      }
    },
    async add({ name, address }) {
      if (name === slurmWorkerName)
        throw new UserError(
          `While adding worker ${name}: that is what the jobs of Slurm are called; give it another name.`,
        )
      return inviting(address, (code) => store.workers.invite({ name, ...code }))
    },
    inviteAgain: (id, address) => inviting(address, (code) => store.workers.inviteAgain(id, code)),
    async command({ id, command }) {
      obey(context, id, command)
      // What it sent of attempts that are over takes up room that others want.
      if (command === 'remove') sweep()
      desk.wake()
      context.onQueueChanged()
    },
    setSettings: (settings) => store.workers.putSettings(settings),
    listen: (asked = options.port) => listener.begin(asked),
    deskFor: desk.deskFor,
    async close() {
      unsubscribe()
      desk.close()
      await listener.close()
      clearInterval(sweeper)
      unwatch()
      await offers?.close()
      await slurm?.close()
      patience.end()
    },
  }
}

/** What a program says of the queue that makes no offers itself. */
function queueElsewhere(home: string): QueueInfo {
  const queue = readQueueFile(home)
  return queue === undefined
    ? { state: 'none', address: null, words: howToServe, offers: 0 }
    : {
        state: 'elsewhere',
        address: `${queue.host}:${queue.port}`,
        words:
          'The program that listens for workers makes the offers; this one is not connected to the queue.',
        offers: 0,
      }
}

const stateAfter = { drain: 'draining', welcome: 'joined', remove: 'removed' } as const

function obey(context: DeskContext, id: string, command: 'drain' | 'welcome' | 'remove'): void {
  const { workers } = context.store
  const worker = workers.find(id)
  if (worker === undefined || worker.state === 'removed')
    throw new UserError(
      `While looking for worker ${id}: there is none (any more); list the workers to see which there are.`,
    )
  if (command !== 'remove' && worker.state === 'invited')
    throw new UserError(`While asking worker ${worker.name} to ${command}: it has not joined yet.`)
  workers.setState(id, stateAfter[command], null)
  if (command !== 'remove') return
  for (const placed of workers.placed()) {
    if (placed.workerId !== id) continue
    const reason = `Its worker ${worker.name} was removed.`
    endAttempt(context, placed, { reason, isFailure: false, isOver: true })
  }
}

/** Asked for at every turn of every worker that waits: read anew only when something has changed. */
function createTimings({ read, workers }: Store, clock: number): () => WorkerTimings {
  let known: { readonly version: number; readonly timings: WorkerTimings } | undefined
  return () => {
    const version = read.version()
    if (known?.version !== version)
      known = { version, timings: timingsOf(workers.settings().patience, clock) }
    return known.timings
  }
}
