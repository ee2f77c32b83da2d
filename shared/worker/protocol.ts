import { z } from 'zod'
import { commandMessage, startMessage } from '../run/messages.ts'
import { engineName } from '../run/spec.ts'
import { workerId, workerName } from './placement.ts'
import { workerTimings } from './timings.ts'

/*
 * Between a host and a worker, which is the agent on another machine. The queue carries offers alone; all else goes between
 * these two, whatever carries it: HTTPS, a shared folder, or the standard streams of an SSH session (see desk.ts).
 *
 *   queue ── offer ──► agent ── start ──► host     the attempt, its state, its data set by id
 *                      agent ── push ───► host     events from the spool, acknowledged by sequence
 *                      agent ◄─ orders ── host     the answer to `attend`, held until there are some
 *
 * (run, attempt, sequence) is the fence: no lease of a queue is one.
 */

/** Grows with every change of what two programs of different builds would misunderstand. */
export const workerProtocol = 1

const sequence = z.int().min(0)
const attempt = z.int().min(1)
const runId = z.string().min(1).max(64)
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
const datasetId = z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 hexadecimal digits')
/** In words a user reads. */
const words = z.string().max(2000)

/** What a run needs of a machine: one queue for each, and for each protocol. `processor` is what every worker has. */
export const deviceClass = z.enum(['processor', 'webgpu', 'cuda'])
export type DeviceClass = z.infer<typeof deviceClass>

/** All that a queue carries, below 4 KB: it says that there is a run to be had, and no more. */
export const offer = z.strictObject({
  protocol: z.int(),
  runId,
  deviceClass,
  /** Bytes that its data set takes in memory, at least. */
  memory: z.int().min(0),
  datasetId,
})
export type Offer = z.infer<typeof offer>

/** (run, attempt): a trainer's stream of events. */
export const attemptKey = z.strictObject({ runId, attempt })
export type AttemptKey = z.infer<typeof attemptKey>

/** One place on a worker at which one run trains. */
export const workerSlot = z.strictObject({
  /** From 0. */
  id: z.int().min(0),
  /** What it can offer. */
  classes: z.array(deviceClass),
  /** As users read it, "NVIDIA H200 (GPU 1)". */
  device: z.string().max(200),
  /** For cuda: what the trainer sees as CUDA_VISIBLE_DEVICES. */
  cudaDevice: z.string().max(100).optional(),
  /** Why nothing is taken for it now: somebody else fills its GPU, its device could not be measured. */
  unusable: words.optional(),
  /** What it trains. */
  running: attemptKey.optional(),
})
export type WorkerSlot = z.infer<typeof workerSlot>

/** What a worker says of itself. */
export const workerAbout = z.strictObject({
  hostname: z.string().max(255),
  /** "linux x64", the processor's model, cores. */
  platform: z.string().max(100),
  processor: z.string().max(200),
  cores: z.int().min(1),
  memory: z.int().min(0),
  node: z.string().max(40),
  /** Parts of all cores in use, over the last minute; null where the system does not say. */
  load: z.number().min(0).nullable(),
  /** Free on the disk of its folder, bytes. */
  diskFree: z.int().min(0).nullable(),
  slots: z.array(workerSlot).max(256),
})
export type WorkerAbout = z.infer<typeof workerAbout>

/** Where a worker finds the queue, and as whom. The queue's certificate is the host's own. */
export const queueAccess = z.strictObject({
  host: z.string().max(255),
  port: z.int().min(1).max(65_535),
  username: z.string().max(100),
  password: z.string().max(200),
})
export type QueueAccess = z.infer<typeof queueAccess>

/** The first word of a new worker: its one-time code makes it a token. */
export const joinRequest = z.strictObject({ code: z.string().max(100), protocol: z.int() })
export const joinAnswer = z.strictObject({
  workerId,
  name: workerName,
  token: z.string().max(200),
  /** Of the program that the host is: the worker fetches it from there. */
  build: sha256,
})
export type JoinAnswer = z.infer<typeof joinAnswer>

export const attendRequest = z.strictObject({
  protocol: z.int(),
  build: sha256,
  about: workerAbout,
  /** Attempts that its spool still holds, trained now or not. */
  spooled: z.array(attemptKey).max(1000),
  /** Requests of orders that have reached their trainer: they need not be sent again. */
  delivered: z.array(z.int()).max(1000),
  /** Answer at once, even where there is nothing to say. */
  hurry: z.boolean(),
})
export type AttendRequest = z.infer<typeof attendRequest>

/** For a trainer, or for the agent's whole attempt. */
export const order = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('command'), ...attemptKey.shape, command: commandMessage }),
  /** Its attempt is over, whoever ended it: the trainer is killed and the spool cleared. */
  z.strictObject({ type: z.literal('fence'), ...attemptKey.shape, reason: words }),
])
export type Order = z.infer<typeof order>

export const attendAnswer = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('orders'),
    orders: z.array(order),
    /** Takes no more offers; what trains goes on. */
    draining: z.boolean(),
    timings: workerTimings,
    queue: queueAccess.nullable(),
    build: sha256,
  }),
  /** Of another protocol, or revoked: it takes nothing, and says this sentence. */
  z.strictObject({ type: z.literal('refused'), reason: words }),
])
export type AttendAnswer = z.infer<typeof attendAnswer>

export const startRequest = z.strictObject({
  protocol: z.int(),
  runId,
  slot: z.int().min(0),
  /** The Slurm job that asks, where one does. */
  slurmJob: z.string().max(100).optional(),
})
export type StartRequest = z.infer<typeof startRequest>

export const startAnswer = z.discriminatedUnion('type', [
  /** `devices` is the worker's to fill: what it has found and measured itself. */
  z.strictObject({ type: z.literal('start'), start: startMessage, device: engineName.or(z.literal('auto')) }),
  /** Somebody else has it within the host's patience, or its host cannot start it now. */
  z.strictObject({ type: z.literal('later'), afterMs: z.number().min(0), reason: words }),
  /** Withdrawn, ended, or another's: the offer is void. */
  z.strictObject({ type: z.literal('void'), reason: words }),
])
export type StartAnswer = z.infer<typeof startAnswer>

/**
 * Stands in the spool for a checkpoint that a later state has taken the place of: its bytes are not sent, its number is
 * taken.
 */
export const supersededEvent = z.strictObject({
  runId,
  attempt,
  seq: sequence,
  type: z.literal('superseded'),
})
export type SupersededEvent = z.infer<typeof supersededEvent>

/** What becomes of a push, or of the word that an attempt has ended. */
export const pushAnswer = z.discriminatedUnion('type', [
  /** Stored up to this event; -1 for none yet. */
  z.strictObject({ type: z.literal('stored'), lastSeq: z.int().min(-1) }),
  /** Something lies between what is stored and what came: this is the event wanted next. Nothing was stored. */
  z.strictObject({ type: z.literal('gap'), wanted: sequence }),
  /** The attempt is over. */
  z.strictObject({ type: z.literal('fenced'), reason: words }),
  /** These blobs must be sent before their events; nothing was stored. */
  z.strictObject({ type: z.literal('blobsWanted'), sha256: z.array(sha256).max(10_000) }),
  /** The host cannot store now (its disk is full): later. */
  z.strictObject({ type: z.literal('later'), afterMs: z.number().min(0), reason: words }),
])
export type PushAnswer = z.infer<typeof pushAnswer>

/** The end of an attempt whose trainer did not say `ended`, told after all its events. */
export const attemptEnd = z.strictObject({
  ...attemptKey.shape,
  /** preempted: its state was kept, it spends no failure. died: trainer or agent. unstartable: before its first step. */
  how: z.enum(['preempted', 'died', 'unstartable']),
  reason: words,
  /** The last event of it; -1 for none. The host answers `gap` as long as it lacks some. */
  lastSeq: z.int().min(-1),
})
export type AttemptEnd = z.infer<typeof attemptEnd>

/** The files of a stored data set; the id follows from their digests, so that whoever has them can check all of it. */
export const datasetManifest = z.strictObject({
  id: datasetId,
  files: z
    .array(
      z.strictObject({
        name: z.enum(['meta.json', 'examples.bin', 'labels.bin']),
        bytes: z.int().min(0),
        sha256,
      }),
    )
    .length(3),
})
export type DatasetManifest = z.infer<typeof datasetManifest>
