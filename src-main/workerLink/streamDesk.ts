import type { Readable, Writable } from 'node:stream'
import { z } from 'zod'
import { wordsOf } from '../../shared/errors.ts'
import { answerAsk } from './answerAsk.ts'
import { createAskingDesk, type Send } from './askingDesk.ts'
import { ask } from './asks.ts'
import { Away, type Desk } from './desk.ts'
import { readFrames, writeFrame } from './frames.ts'

/*
 * A desk over two streams of bytes, as the standard streams of a program that ssh has started: requests go one way, answers
 * the other, each with the number of what it answers. With the streams the link is over; nothing of it is kept.
 */

const numbered = z.strictObject({ number: z.int().min(1), said: z.unknown() })

export interface StreamDesk extends Desk {
  /** Resolves when the other side is gone, with the reason where that was none of a plain end. */
  readonly ended: Promise<string | undefined>
}

/** Milliseconds within which a host answers: over a slow link the answer waits behind what is sent. */
const answerWithin = 120_000

interface Waiting {
  resolve(answer: unknown): void
  reject(reason: Away): void
}

/** The worker's end. @param answers the frames that come, once they have begun */
export function createStreamDesk(
  answers: AsyncIterable<unknown>,
  output: Writable,
  answerMs = answerWithin,
): StreamDesk {
  const waiting = new Map<number, Waiting>()
  let last = 0
  let isOver = false

  async function read(): Promise<string | undefined> {
    try {
      for await (const frame of answers) {
        const { number, said } = numbered.parse(frame)
        waiting.get(number)?.resolve(said)
      }
      return undefined
    } catch (error) {
      return wordsOf(error)
    } finally {
      isOver = true
      for (const { reject } of waiting.values()) reject(new Away('the host has ended the connection'))
    }
  }

  const send: Send = async (said, patience, signal) => {
    if (isOver) throw new Away('the host has ended the connection')
    last += 1
    const number = last
    const answer = Promise.withResolvers<unknown>()
    waiting.set(number, answer)
    const late = setTimeout(() => answer.reject(new Away('the host does not answer')), patience)
    const withdraw = (): void => answer.reject(new Away('no longer waited for'))
    if (signal?.aborted) withdraw()
    signal?.addEventListener('abort', withdraw, { once: true })
    try {
      // Whichever fails first; an answer that is turned away while the request is still written must not be left unheard.
      const [value] = await Promise.all([answer.promise, writeFrame(output, { number, said }).catch(away)])
      return value
    } finally {
      clearTimeout(late)
      signal?.removeEventListener('abort', withdraw)
      waiting.delete(number)
    }
  }
  return { ...createAskingDesk(send, answerMs), ended: read() }
}

function away(error: unknown): never {
  throw new Away(`the connection: ${wordsOf(error)}`)
}

/**
 * The host's end: answers until the other side is gone.
 * @param log told of what the host failed at
 * @throws TypeError or ZodError for what is no request
 */
export async function answerStream(
  desk: Desk,
  requests: AsyncIterable<unknown>,
  output: Writable,
  log: (line: string) => void,
): Promise<void> {
  const gone = new AbortController()
  const answering = new Set<Promise<void>>()
  try {
    for await (const frame of requests) {
      const { number, said } = numbered.parse(frame)
      const request = ask.parse(said)
      const done = answerAsk(
        () => desk,
        request,
        gone.signal,
        (reason) => log(`answering ${request.method}: ${reason}`),
      )
        .then((answer) => writeFrame(output, { number, said: answer }))
        // A side that is gone wants no answer.
        .catch(() => undefined)
        .finally(() => answering.delete(done))
      answering.add(done)
      // What is sent faster than it can be stored waits in the pipe, and not in memory.
      if (answering.size >= mostAtOnce) await Promise.race(answering)
    }
  } finally {
    gone.abort()
    await Promise.all(answering)
  }
}

const mostAtOnce = 16

/** Both as frames: what a program that a shell has started reads, and what its starter reads. */
export const framesFromHost = (input: Readable): AsyncIterable<unknown> => readFrames(input, false)
export const framesFromWorker = (input: Readable): AsyncIterable<unknown> => readFrames(input, true)
