import type { Readable, Writable } from 'node:stream'
import { workerProtocol } from '../../shared/worker/protocol.ts'
import type { Desk } from '../workerLink/desk.ts'
import { writeFrame } from '../workerLink/frames.ts'
import { answerStream, framesFromWorker } from '../workerLink/streamDesk.ts'
import { type HostHello, type WorkerHello, workerHello } from '../workerLink/streamHello.ts'

export interface StreamFetch {
  /** Whose program is expected. */
  readonly worker: { readonly id: string; readonly name: string }
  /** What answers for the lab, to a worker that shows this token. */
  deskFor(token: string): Desk
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
  deskFor,
  input,
  output,
  log,
}: StreamFetch): Promise<string | undefined> {
  const frames = framesFromWorker(input)[Symbol.asyncIterator]()
  const first = await frames.next()
  if (first.done) return 'it ended before it said who it is'
  const said = workerHello.parse(first.value)
  const reason = objectionTo(said, worker)
  const hello: HostHello = reason === undefined ? { type: 'welcome' } : { type: 'turnedAway', reason }
  await writeFrame(output, hello)
  const requests = { [Symbol.asyncIterator]: () => frames }
  if (reason === undefined) await answerStream(told(deskFor(said.token), log), requests, output, log)
  return reason
}

/** The user waits too: why is said once. */
function told(desk: Desk, log: (line: string) => void): Desk {
  const reasons = new Set<string>()
  return {
    ...desk,
    async push(key, events) {
      const answer = await desk.push(key, events)
      if (answer.type === 'later' && !reasons.has(answer.reason)) {
        reasons.add(answer.reason)
        log(answer.reason)
      }
      return answer
    },
  }
}

function objectionTo(said: WorkerHello, { id, name }: StreamFetch['worker']): string | undefined {
  if (said.protocol !== workerProtocol)
    return `That machine runs protocol ${said.protocol} and this host ${workerProtocol}: start both on one version.`
  if (said.workerId !== id)
    return `That folder is the one of the worker ${said.name} (${said.workerId}), and ${name} (${id}) was asked for.`
  return undefined
}
