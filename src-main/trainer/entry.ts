import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { parseOrExplain } from '../../shared/errors.ts'
import { type TrainerEvent, trainerRequest } from '../../shared/run/messages.ts'
import { CommandQueue } from './commands.ts'
import { addressed } from './events.ts'
import { inWords, runTrainer } from './run.ts'

/*
 * The trainer process: one run, then it ends by itself with code 0, whatever became of the run.
 *
 * A host starts it with child_process.fork(entry, { serialization: 'advanced' }) and sends a `start` request first;
 * pause, resume, stop and annealNow may follow at any time. Requests and events are those of shared/run/messages.ts.
 * The last event is always `ended`, unless the process is killed. When the host goes away the trainer ends at once:
 * what it had sent is what the host stored. Standard error carries stacks, for developers.
 */

/** More events than this not yet handed to the system, and the loop waits: memory must not grow with a slow host. */
const mostUnsent = 16

const commands = new CommandQueue()
let unsent = 0
let begun = false

function send(event: TrainerEvent): void {
  unsent++
  process.send?.(event, undefined, undefined, () => {
    unsent--
  })
}

async function breathe(): Promise<void> {
  do await setImmediate()
  while (unsent > mostUnsent)
}

function abandoned(): never {
  process.exit(1)
}

async function receive(message: unknown): Promise<void> {
  const parsed = trainerRequest.safeParse(message)
  if (!parsed.success) return refuse(message)
  const request = parsed.data
  if (request.type !== 'start') return commands.push(request)
  if (begun) throw new Error('a trainer runs one run: start came twice')
  begun = true
  await runTrainer(request, { send, commands, clock: () => performance.now(), breathe })
  await leave()
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
    parseOrExplain(trainerRequest, message, 'reading a message to the trainer')
    return new Error('the message was read after all')
  } catch (error) {
    return error
  }
}

/** Without the channel nothing holds the process: it ends by itself, with code 0. */
async function leave(): Promise<void> {
  while (unsent > 0) await setImmediate()
  process.off('disconnect', abandoned)
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
  // Ctrl+C in a terminal reaches the whole process group; the host decides what it means for the run.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
  process.on('disconnect', abandoned)
  process.on('message', (message) => void receive(message).catch(fail))
}
