import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { plainAnswer } from '../plainAnswer.ts'

export type Chunk = string | Uint8Array
export type Chunks = Iterable<Chunk> | AsyncIterable<Chunk>

/** A number in an address. */
export const idInPath = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a number')
  .transform(Number)

export const parquetType = 'application/vnd.apache.parquet'

/** Of an address of CSV: whether text is wanted as it is stored. */
export const csvForm = {
  raw: z
    .enum(['yes', 'no'], { error: 'must be yes or no' })
    .default('no')
    .transform((wanted) => wanted === 'yes'),
}

/** What is looked up, or the answer that it is not there. */
export function lookUp<T>(find: () => T): { readonly found: T } | { readonly missing: Response } {
  try {
    return { found: find() }
  } catch (error) {
    if (error instanceof UserError) return { missing: plainAnswer(404, error.message) }
    throw error
  }
}

/**
 * A file for the user to keep, written while it is sent.
 * @param left what is to be done where its reader goes away, perhaps before the first piece (HEAD), when none of `chunks` runs
 */
export function download(name: string, type: string, chunks: Chunks, left?: () => Promise<void>): Response {
  return new Response(sent(chunks, left), {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="${plainAscii(name)}"; filename*=UTF-8''${encodeURIComponent(name)}`,
      'cache-control': 'no-store',
    },
  })
}

export function sent(chunks: Chunks, left?: () => Promise<void>): ReadableStream {
  const pieces = bytes(chunks)
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await pieces.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await pieces.return()
        await left?.()
      },
    },
    { highWaterMark: 0 },
  )
}

/** Lets others have their turn between two pieces: an export of millions of points must not hold up the window. */
async function* bytes(chunks: Chunks): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    await setImmediate()
  }
}

/** A name as a part of a file name, in any language. */
export function fileNameOf(name: string, id: string): string {
  const words = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
  // By letters: half of a surrogate pair can stand in no header.
  const start = [...words].slice(0, 60).join('')
  return start === '' ? id : `${start}-${id}`
}

const plainAscii = (name: string): string => name.replace(/[^\w.-]/g, '_')
