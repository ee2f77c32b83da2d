import type { Readable, Writable } from 'node:stream'
import { workerProtocol } from '../../shared/worker/protocol.ts'
import type { Desk } from '../workerLink/desk.ts'
import { writeFrame } from '../workerLink/frames.ts'
import { answerStream, framesFromWorker } from '../workerLink/streamDesk.ts'
import { type HostHello, type WorkerHello, workerHello } from '../workerLink/streamHello.ts'

export interface StreamFetch {
  /** Whose program is expected. */
  readonly worker: { readonly id: string; readonly name: string }
  readonly desk: Desk
  /** What that program says, and hears. */
  readonly input: Readable
  readonly output: Writable
  log(line: string): void
}

/**
 * The host's end of `anneal worker drain`: takes in what that worker has kept, until its program ends.
 * @returns in words, why nothing was taken; undefined when it was heard to its end
 * @throws TypeError or ZodError for what does not speak as a worker does
 */
export async function fetchOverStreams({
  worker,
  desk,
  input,
  output,
  log,
}: StreamFetch): Promise<string | undefined> {
  const frames = framesFromWorker(input)[Symbol.asyncIterator]()
  const first = await frames.next()
  if (first.done) return 'it ended before it said who it is'
  const reason = objectionTo(workerHello.parse(first.value), worker)
  const hello: HostHello = reason === undefined ? { type: 'welcome' } : { type: 'turnedAway', reason }
  await writeFrame(output, hello)
  if (reason === undefined) await answerStream(desk, { [Symbol.asyncIterator]: () => frames }, output, log)
  return reason
}

function objectionTo(said: WorkerHello, { id, name }: StreamFetch['worker']): string | undefined {
  if (said.protocol !== workerProtocol)
    return `That machine runs protocol ${said.protocol} and this host ${workerProtocol}: start both on one version.`
  if (said.workerId !== id)
    return `That folder is the one of the worker ${said.name} (${said.workerId}), and ${name} (${id}) was asked for.`
  return undefined
}
