import { createHash, randomBytes } from 'node:crypto'
import type { TrainerEvent } from '../../../shared/run/messages.ts'
import type { Placement } from '../../../shared/worker/placement.ts'
import {
  type AttemptKey,
  type AttendRequest,
  type PushAnswer,
  type StartRequest,
  type SupersededEvent,
  type WorkerAbout,
  workerProtocol,
} from '../../../shared/worker/protocol.ts'
import type { Core } from '../../../src-main/core.ts'
import type { RunRecord } from '../../../src-main/store/types.ts'
import type { Desk, SpooledEvent } from '../../../src-main/workerLink/desk.ts'
import { separate } from '../../../src-main/workerLink/packed.ts'
import { hashOf } from '../../../src-main/workers/secrets.ts'
import { createWorkerService, type WorkerService } from '../../../src-main/workers/service.ts'
import { type CoreLab, cloudsSpec, openLab } from '../runs/lab.ts'

/** A lab with workers, and the events of a run that was trained here. */
export interface WorkersLab extends CoreLab {
  readonly service: WorkerService
  /** Told to those who watch runs. */
  readonly told: TrainerEvent[]
  /** The run that was trained here, and all that its trainer said, in order. */
  readonly original: RunRecord
  readonly events: readonly TrainerEvent[]
  /** The same run, queued for a worker. */
  placed(to?: Placement): RunRecord
  /** A worker that has joined. */
  joined(name?: string): { readonly id: string; readonly token: string; readonly desk: Desk }
  /** Another host of the same lab. */
  host(core: Pick<Core, 'store' | 'catalogue' | 'runs'>, clock?: number): WorkerService
}

export const build = 'b'.repeat(64)

/** @param spec of the run that is trained here */
export async function openWorkersLab(
  clock = 1,
  spec: unknown = cloudsSpec(3, { device: 'simd' }),
): Promise<WorkersLab> {
  const lab = await openLab()
  const { core } = lab
  const told: TrainerEvent[] = []
  const services: WorkerService[] = []
  const host: WorkersLab['host'] = (of, speed = clock) => {
    const service = createWorkerService({
      home: lab.home,
      store: of.store,
      catalogue: of.catalogue,
      runs: of.runs,
      clock: speed,
      port: 0,
      app: async () => ({ build, gzip: Buffer.from('the program') }),
      invitationCommand: (invitation) => JSON.stringify(invitation),
    })
    services.push(service)
    return service
  }
  const service = host(core)
  core.runs.subscribe((events) => void told.push(...events))
  const { run: original, events } = await trainedHere(core, spec)
  let names = 0
  return {
    ...lab,
    service,
    told,
    original,
    events,
    host,
    placed: (placement = { at: 'anyWorker' }) =>
      core.store.write.enqueueRun({
        spec: original.spec,
        datasetId: original.datasetId,
        plan: original.planned.plan,
        totalSteps: original.totalSteps,
        placement,
      }),
    joined(name = `box-${++names}`) {
      const token = randomBytes(8).toString('hex')
      const codeHash = hashOf(`code of ${name}`)
      const { workers } = core.store
      const { id } = workers.invite({ name, codeHash, codeUntil: Date.now() + 1000 })
      workers.join(codeHash, hashOf(token), Date.now())
      return { id, token, desk: service.deskFor(id) }
    },
    async close() {
      for (const each of services) await each.close()
      await lab.close()
    },
  }
}

async function trainedHere(core: Core, spec: unknown): Promise<{ run: RunRecord; events: TrainerEvent[] }> {
  const events: TrainerEvent[] = []
  const unsubscribe = core.runs.subscribe((stored) => void events.push(...stored))
  const { run } = await (await core.runs.launch(spec)).finished
  unsubscribe()
  return { run, events }
}

export const asked = (runId: string, more: Partial<StartRequest> = {}): StartRequest => ({
  protocol: workerProtocol,
  runId,
  slot: 0,
  ...more,
})

export const about: WorkerAbout = {
  hostname: 'box',
  platform: 'linux x64',
  processor: 'a processor',
  cores: 2,
  memory: 2 ** 30,
  node: 'v24',
  load: 0.5,
  diskFree: 2 ** 30,
  slots: [{ id: 0, classes: ['processor'], device: 'processor' }],
}

export const attending = (more: Partial<AttendRequest> = {}): AttendRequest => ({
  protocol: workerProtocol,
  build,
  about,
  spooled: [],
  delivered: [],
  hurry: true,
  ...more,
})

export const never = new AbortController().signal

/** An event as a spool holds it: parts of some size are blobs. */
export interface Spooled {
  readonly event: SpooledEvent
  readonly blobs: ReadonlyMap<string, Uint8Array>
}

export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The events as another attempt's trainer would have sent them. */
export function spool(key: AttemptKey, events: readonly TrainerEvent[]): Spooled[] {
  return events.map((event) => spooled({ ...event, ...key }))
}

export function spooled(event: TrainerEvent | SupersededEvent): Spooled {
  const { text, parts } = separate(event)
  const blobs = new Map<string, Uint8Array>()
  const refer = (bytes: Uint8Array) => {
    if (bytes.byteLength < 256) return { bytes }
    const sha256 = digestOf(bytes)
    blobs.set(sha256, bytes)
    return { sha256, length: bytes.byteLength }
  }
  return { event: { seq: event.seq, text, parts: parts.map(refer) }, blobs }
}

/** As an agent does: sends what is wanted first. */
export async function pushAll(desk: Desk, key: AttemptKey, held: readonly Spooled[]): Promise<PushAnswer> {
  const blobs = new Map(held.flatMap((each) => [...each.blobs]))
  for (const sha256 of await desk.missingBlobs(key, [...blobs.keys()])) {
    const bytes = blobs.get(sha256)
    if (bytes !== undefined) await desk.putBlob(key, sha256, bytes)
  }
  return desk.push(
    key,
    held.map(({ event }) => event),
  )
}

/** All that is stored of a run's training, without what names the run or tells the time. */
export function trainingOf({ store: { read } }: Pick<Core, 'store'>, runId: string) {
  const { status, stepsDone, finalWeightsSha256 } = read.run(runId)
  return {
    status,
    stepsDone,
    finalWeightsSha256,
    epochs: read.epochs(runId),
    series: read.seriesNames(runId).map((name) => {
      const chunks = [...read.chunks(runId, name)]
      return {
        name,
        steps: chunks.flatMap((chunk) => [...chunk.steps]),
        values: chunks.flatMap((chunk) => [...chunk.values]),
      }
    }),
    snapshots: read.snapshots(runId).map((snapshot) => {
      const { id, runId: _, createdAt: __, ...rest } = snapshot
      const { tensors, position } = read.snapshotModel(id)
      return {
        ...rest,
        position,
        tensors: tensors.map(({ name, role, shape, data }) => ({
          name,
          role,
          shape,
          sha256: digestOf(data),
        })),
        predictions: (['validation', 'test'] as const).map((part) => read.predictions(id, part)),
      }
    }),
  }
}

export async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}
