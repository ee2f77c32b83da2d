import { z } from 'zod'
import { scheduleEdit } from '../schedule/index.ts'
import { kernelUse } from './kernelUse.ts'
import { deviceAdvice } from './probe.ts'
import { rateTestSettings } from './rateTest.ts'
import { engineName, runSpec } from './spec.ts'

/*
 * The protocol between a host (the core, in whichever door) and a trainer. It assumes no shared disk, no shared clock and
 * no shared lifetime: a data set is named by its id, and every event carries run, attempt and sequence, so that a thing
 * delivered twice is stored once. Typed arrays travel by structured clone.
 *
 *   host ── start, then commands ──────────────────────►  trainer
 *        ◄── events, numbered from 0 ───────────────────
 *        ── stored: everything up to this event is kept ►
 */

const step = z.int().min(0)
const bytes = z.instanceof(Uint8Array)
const column = z.instanceof(Float64Array)

/** One tensor of a checkpoint: little-endian float32 in row-major order. */
export const storedTensor = z.strictObject({
  name: z.string(),
  /**
   * weight: trained or batch-normalisation statistics; optimizer: its state for the weight of that name; ema: the moving
   * average of the weight of that name.
   */
  role: z.enum(['weight', 'optimizer', 'ema']),
  shape: z.array(z.int().min(0)),
  data: bytes,
})
export type StoredTensor = z.infer<typeof storedTensor>

/** Everything besides tensors that a run needs to go on as if it had never stopped. */
export const trainerPosition = z.strictObject({
  /** Steps applied so far: the next step is this number. */
  stepsDone: step,
  /** Sums over the epoch under way, for its mean training loss and accuracy. */
  epoch: z.strictObject({ lossSum: z.number(), correct: z.number(), examples: z.number() }),
  /** State of a feedback schedule (plateau), as its reducer gave it. */
  feedback: z.json().optional(),
  /** Numbers of the optimizer's state that are not a tensor: `steps`, how many it has applied. */
  optimizerScalars: z.record(z.string(), z.number()),
})
export type TrainerPosition = z.infer<typeof trainerPosition>

export const trainerState = z.strictObject({ position: trainerPosition, tensors: z.array(storedTensor) })
export type TrainerState = z.infer<typeof trainerState>

export const schedulePlan = z.strictObject({
  totalSteps: z.int().min(1),
  stepsPerEpoch: z.int().min(1),
  scheduleSteps: z.int().min(1).optional(),
  earlierEnds: z.array(z.int().min(1)).readonly().optional(),
})

/** Softmax outputs on one part of the data, [examples, classes] row-major, with the true labels. */
export const predictions = z.strictObject({
  part: z.enum(['validation', 'test']),
  classes: z.int().min(2),
  probs: z.instanceof(Float32Array),
  labels: z.instanceof(Uint16Array),
})
export type Predictions = z.infer<typeof predictions>

export const scores = z.strictObject({
  /** Mean cross-entropy in nats, null where the part is empty. */
  valLoss: z.number().nullable(),
  /** In 0..1. */
  valAccuracy: z.number().nullable(),
  testLoss: z.number().nullable(),
  testAccuracy: z.number().nullable(),
})
export type Scores = z.infer<typeof scores>

/** What may be asked of a run under way. */
export const trainerCommand = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('pause') }),
  z.strictObject({ type: z.literal('resume') }),
  z.strictObject({ type: z.literal('stop'), when: z.enum(['now', 'cycleEnd']) }),
  /** Takes back a stop that waits for the end of the cycle. Without one nothing changes. */
  z.strictObject({ type: z.literal('keepGoing') }),
  /** Keeps the state of this moment, besides those that are kept anyway. */
  z.strictObject({ type: z.literal('checkpoint') }),
  /** Ends the current cycle over the next n epochs. */
  z.strictObject({ type: z.literal('annealNow'), epochs: z.number().positive() }),
])
export type TrainerCommand = z.infer<typeof trainerCommand>

/** Each command as it stands in "While asking run ... to ...". */
export const commandWords: Readonly<Record<TrainerCommand['type'], string>> = {
  pause: 'pause',
  resume: 'resume',
  stop: 'stop',
  keepGoing: 'keep going',
  checkpoint: 'keep a checkpoint',
  annealNow: 'anneal now',
}

/** By which the answer to a command is known: positive for a row of the database's requests, negative for others. */
const requestId = z.int()
const [pause, resume, stop, keepGoing, checkpoint, annealNow] = trainerCommand.options
const answerable = { requestId: requestId.optional() }
/** A command on its way to the trainer, which answers one that has a request id: `obeyed` or `refused`. */
export const commandMessage = z.discriminatedUnion('type', [
  pause.extend(answerable),
  resume.extend(answerable),
  stop.extend(answerable),
  keepGoing.extend(answerable),
  checkpoint.extend(answerable),
  annealNow.extend(answerable),
])
export type CommandMessage = z.infer<typeof commandMessage>

/** One attempt of a run: all that a trainer needs besides the data. */
export const startMessage = z.strictObject({
  type: z.literal('start'),
  runId: z.string(),
  attempt: z.int().min(1),
  spec: runSpec,
  datasetId: z.string(),
  devices: deviceAdvice.optional(),
  plan: schedulePlan,
  edits: z.array(scheduleEdit),
  /** Absent on a fresh start. */
  state: trainerState.optional(),
  /** Steps of the stream of batches (and of all that is drawn by step) that the run's parent has used: the run's step 0 goes on there. */
  streamFrom: step.optional(),
  /** What a range test does besides training; its schedule is the ramp. */
  rateTest: rateTestSettings.optional(),
  /** Threads of the processor that it may use; all when absent. */
  threads: z.int().min(1).optional(),
})
export type StartMessage = z.infer<typeof startMessage>

/** Host to trainer. `start` comes first, once. */
export const hostMessage = z.discriminatedUnion('type', [
  startMessage,
  /** The events up to this number are stored: whoever keeps them for a repetition may forget them. */
  z.strictObject({ type: z.literal('stored'), seq: z.int().min(0) }),
  ...commandMessage.options,
])
export type HostMessage = z.infer<typeof hostMessage>

/** Where a data set lies on the machine of the trainer: told before `start` by the program there that starts the trainer. */
const localDataset = z.strictObject({
  type: z.literal('localDataset'),
  datasetId: z.string(),
  folder: z.string(),
})
/** All that a trainer process reads. */
export const trainerInput = z.discriminatedUnion('type', [localDataset, ...hostMessage.options])
export type TrainerInput = z.infer<typeof trainerInput>

const envelope = { runId: z.string(), attempt: z.int().min(1), seq: z.int().min(0) }

/** Trainer to host. */
export const trainerEvent = z.discriminatedUnion('type', [
  z.strictObject({
    ...envelope,
    type: z.literal('ready'),
    /** As a spec names it, and as users read it. */
    deviceName: engineName,
    device: z.string(),
    /** Why this device, in words a user reads. */
    reason: z.string(),
    parameters: z.int(),
    totalSteps: z.int().min(1),
  }),
  /** Consecutive steps from firstStep, one column a series: lr, momentum, loss, accuracy; all as applied. */
  z.strictObject({
    ...envelope,
    type: z.literal('metrics'),
    firstStep: step,
    columns: z.record(z.string(), column),
    samplesPerSecond: z.number(),
  }),
  z.strictObject({
    ...envelope,
    type: z.literal('epoch'),
    /** Counted from 1; the last one may be partial. */
    epoch: z.int().min(1),
    /** The last step of it. */
    step,
    trainLoss: z.number(),
    trainAccuracy: z.number(),
    ...scores.shape,
    seconds: z.number(),
    /** Of these, in its training steps; the rest went to evaluations, checkpoints and pauses. */
    trainingSeconds: z.number(),
  }),
  /** The model of a cycle end (or of the run's snapshot rule), with what resuming and ensembling need. */
  z.strictObject({
    ...envelope,
    type: z.literal('snapshot'),
    /** Counted from 1. */
    cycle: z.int().min(1),
    /** The step after which it was taken. */
    step,
    lr: z.number(),
    weightsSha256: z.string(),
    normalisation: z.strictObject({ mean: z.array(z.number()), std: z.array(z.number()) }),
    state: trainerState,
    ...scores.shape,
    /** Of the moving average of the weights, whose tensors are in the state; absent where the spec has none. */
    ema: scores.optional(),
    predictions: z.array(predictions),
  }),
  /** The rolling state to resume from; a later one replaces it. */
  z.strictObject({ ...envelope, type: z.literal('checkpoint'), state: trainerState }),
  z.strictObject({ ...envelope, type: z.literal('edited'), edit: scheduleEdit, totalSteps: z.int().min(1) }),
  /** A change of a feedback schedule: plateau cut the rate. */
  z.strictObject({ ...envelope, type: z.literal('feedback'), step, lr: z.number(), reason: z.string() }),
  /** What the kernels of a step take, measured in early steps of the attempt; it comes at most once in each. */
  z.strictObject({ ...envelope, type: z.literal('kernels'), kernels: kernelUse }),
  z.strictObject({ ...envelope, type: z.literal('status'), status: z.enum(['running', 'paused']), step }),
  /** The run will stop after that step, the last of its cycle; null: it goes on, since the stop was taken back. */
  z.strictObject({ ...envelope, type: z.literal('stopPlanned'), afterStep: step.nullable() }),
  /** The command of that request was carried out, or will be where it says when (stop at the cycle's end). */
  z.strictObject({ ...envelope, type: z.literal('obeyed'), requestId }),
  /** A command that could not be obeyed, with why in words; the run goes on as it was. It is told, not stored. */
  z.strictObject({
    ...envelope,
    type: z.literal('refused'),
    command: trainerCommand,
    reason: z.string(),
    requestId: requestId.optional(),
  }),
  /** The last event. Its trainer exits after it. */
  z.strictObject({
    ...envelope,
    type: z.literal('ended'),
    status: z.enum(['completed', 'stopped', 'failed']),
    stepsDone: step,
    /** In words; always there for failed. */
    reason: z.string().optional(),
    /** Where it failed because its numbers were no longer finite: the step after which that was found, and its rate. */
    diverged: z.strictObject({ step, lr: z.number() }).optional(),
    weightsSha256: z.string().optional(),
  }),
])
export type TrainerEvent = z.infer<typeof trainerEvent>
export type TrainerEventOf<T extends TrainerEvent['type']> = Extract<TrainerEvent, { type: T }>

/** Sent every few seconds while the trainer comes to its messages: also while it evaluates, and while it is paused. */
const aliveMessage = z.strictObject({ type: z.literal('alive') })
/** All that a trainer process sends. */
export const trainerOutput = z.discriminatedUnion('type', [aliveMessage, ...trainerEvent.options])
export type TrainerOutput = z.infer<typeof trainerOutput>
