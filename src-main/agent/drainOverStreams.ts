import path from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { UserError } from '../../shared/errors.ts'
import { type AttemptKey, workerProtocol } from '../../shared/worker/protocol.ts'
import { timingsOf } from '../../shared/worker/timings.ts'
import { TurnedAway } from '../workerLink/desk.ts'
import { writeBeginning, writeFrame } from '../workerLink/frames.ts'
import { createStreamDesk, framesFromHost } from '../workerLink/streamDesk.ts'
import { hostHello } from '../workerLink/streamHello.ts'
import { drainSpool } from './drain.ts'
import { createLocks } from './locks.ts'
import type { Pushed } from './pusher.ts'
import { findSpools } from './spool/spools.ts'
import type { WorkerFile } from './workerFile.ts'

export interface Drained {
  readonly key: AttemptKey
  /** inUse: a process works on it, and brings it home itself. */
  readonly outcome: Pushed | { readonly type: 'inUse' }
}

export interface StreamDrain {
  /** The folder of an agent that does not run. */
  readonly folder: string
  readonly file: Pick<WorkerFile, 'id' | 'name' | 'token'>
  readonly input: Readable
  readonly output: Writable
}

/**
 * Brings what a worker keeps home over two streams, as those of an SSH session, and clears away what the host has.
 * @throws UserError where the agent runs  @throws TurnedAway where the host wants none of it
 */
export async function drainOverStreams({ folder, file, input, output }: StreamDrain): Promise<Drained[]> {
  const unlock = await createLocks(folder).claim('agent')
  if (unlock === undefined)
    throw new UserError(
      `While bringing home what lies in ${folder}: its worker runs, and does that itself; end it first where it cannot reach its host.`,
    )
  try {
    const frames = framesFromHost(input)[Symbol.asyncIterator]()
    await writeBeginning(output)
    const { id, name, token } = file
    await writeFrame(output, { protocol: workerProtocol, workerId: id, name, token })
    await beWelcomed(frames)
    const desk = createStreamDesk({ [Symbol.asyncIterator]: () => frames }, output)
    return await drainAll(folder, desk)
  } finally {
    await unlock()
  }
}

async function beWelcomed(frames: AsyncIterator<unknown>): Promise<void> {
  const { done, value } = await frames.next()
  if (done) throw new TurnedAway('The host has ended the connection before it said a word.')
  const hello = hostHello.parse(value)
  if (hello.type === 'turnedAway') throw new TurnedAway(hello.reason)
}

async function drainAll(folder: string, desk: ReturnType<typeof createStreamDesk>): Promise<Drained[]> {
  const found = await findSpools(path.join(folder, 'spool'))
  const timings = timingsOf()
  const drained: Drained[] = []
  let isOver = false
  let leave: () => void = () => undefined
  void desk.ended.then(() => {
    isOver = true
    leave()
  })
  // One after another: they share the line.
  for (const { key, folder: spool, owner } of found) {
    if (owner !== 'dead') {
      drained.push({ key, outcome: { type: 'inUse' } })
      continue
    }
    if (isOver) {
      drained.push({ key, outcome: { type: 'left' } })
      continue
    }
    const draining = drainSpool({ desk, timings: () => timings }, { key, folder: spool })
    leave = draining.leave
    if (isOver) leave()
    drained.push({ key, outcome: await draining.outcome })
  }
  return drained
}
