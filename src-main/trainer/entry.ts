import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { parseOrExplain, UserError } from '../../shared/errors.ts'
import { type TrainerEvent, type TrainerOutput, trainerInput } from '../../shared/run/messages.ts'
import { endWithHost } from '../process/hostWatch.ts'
import { CommandQueue } from './commands.ts'
import { addressed } from './events.ts'
import { inWords } from './inWords.ts'
import { Outbox } from './outbox.ts'
import { runTrainer } from './run.ts'

/*
 * The trainer process: one run, then it ends by itself with code 0, whatever became of the run.
 *
 * A program starts it with child_process.fork(entry, { serialization: 'advanced' }), says where the data set lies
 * (`localDataset`), and hands on what the run's host sends: `start`, once, and then commands and `stored` at any time.
 * All messages are those of shared/run/messages.ts. The last event is always `ended`, unless the process is killed. When
 * the program that started it goes away, the trainer ends at once: what it had sent is what the host stored. Standard error
 * carries stacks, for developers.
 */

/** Milliseconds between two signs of life. */
const aliveEvery = 5000

const commands = new CommandQueue()
const outbox = new Outbox(
  (event, onSent) => process.send?.(event, undefined, undefined, onSent),
  () => !commands.isEmpty,
)
const send = (event: TrainerEvent): void => outbox.send(event)
/** Milliseconds that a step lasts at least, for tests that do something to a run in its midst: however fast steps are by then. */
const stepTime = z.coerce.number().min(0).catch(0).parse(process.env.ANNEAL_STEP_TIME)
let nextStepAt = 0
async function breathe(): Promise<void> {
  await outbox.breathe()
  if (stepTime === 0) return
  nextStepAt = Math.max(nextStepAt, performance.now()) + stepTime
  // Several steps at once: a timer is late by more than one lasts.
  const early = nextStepAt - performance.now()
  if (early > 20) await delay(early)
}
const folders = new Map<string, string>()
let begun = false
let release: (() => void) | undefined

function folderOf(datasetId: string): string {
  const folder = folders.get(datasetId)
  if (folder !== undefined) return folder
  throw new UserError(
    `While starting a trainer: the data set ${datasetId} is not on its machine; import it there first.`,
  )
}

async function receive(input: unknown): Promise<void> {
  const parsed = trainerInput.safeParse(input)
  if (!parsed.success) return refuse(input)
  const message = parsed.data
  switch (message.type) {
    case 'localDataset':
      folders.set(message.datasetId, message.folder)
      return
    case 'stored':
      outbox.stored(message.seq)
      return
    case 'start':
      if (begun) throw new Error('a trainer runs one run: start came twice')
      begun = true
      await runTrainer(message, { send, commands, folderOf, clock: () => performance.now(), breathe })
      return leave()
    default:
      commands.push(message)
  }
}

/** A command nobody can read must not end a run under way; a start nobody can read is one that failed. */
async function refuse(message: unknown): Promise<void> {
  const reason = inWords(unreadable(message))
  const address = addressOf.safeParse(message)
  if (begun || !address.success) return void process.stderr.write(`${reason}\n`)
  begun = true
  addressed(
    address.data.runId,
    address.data.attempt,
    send,
  )({ type: 'ended', status: 'failed', stepsDone: 0, reason })
  await leave()
}

const addressOf = z.object({ type: z.literal('start'), runId: z.string(), attempt: z.int().min(1) })

function unreadable(message: unknown): unknown {
  try {
    parseOrExplain(trainerInput, message, 'reading a message to the trainer')
    return new Error('the message was read after all')
  } catch (error) {
    return error
  }
}

/** Without the channel nothing holds the process: it ends by itself, with code 0. */
async function leave(): Promise<void> {
  await outbox.empty()
  release?.()
  process.disconnect?.()
}

/** An error outside the run itself; the host sees the code and what stands on standard error. */
function fail(error: unknown): void {
  process.stderr.write(`${inWords(error)}\n`, () => process.exit(1))
}

if (process.send === undefined) {
  process.stderr.write('The trainer is started by Anneal itself, not by hand.\n')
  process.exitCode = 2
} else {
  // Ctrl+C in a terminal reaches the whole process group; the host decides what it means for the run. An agent decides the
  // same of the signals with which a cluster takes a machine back: they reach all processes of a job.
  const kept = process.env.ANNEAL_AGENT === undefined ? [] : (['SIGTERM', 'SIGUSR2'] as const)
  for (const signal of ['SIGINT', 'SIGHUP', ...kept] as const) process.on(signal, () => undefined)
  release = endWithHost()
  setInterval(
    () => process.send?.({ type: 'alive' } satisfies TrainerOutput, () => undefined),
    aliveEvery,
  ).unref()
  process.on('message', (message) => void receive(message).catch(fail))
}
