import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { UserError } from '../../shared/errors.ts'
import { peek } from './userPaths.ts'

/** A file's content in order, unpacked when it is gzip (told by its first bytes, not by its name). */
export interface ByteSource extends AsyncDisposable {
  readonly name: string
  /** The most bytes that can come out: the file's size, or for gzip what deflate can at best make of it. */
  readonly atMost: number
  /** The next `count` bytes. @throws UserError when fewer are left */
  read(count: number): Promise<Buffer>
  /** @throws UserError when bytes are left over */
  expectEnd(): Promise<void>
}

const CHUNK_BYTES = 1 << 20

/** No deflate stream unpacks to more than 1032 times its size (zlib's technical details). */
const DEFLATE_LIMIT = 1032

/** The plain content of a file, in pieces of at most 1 MiB. */
interface PlainStream {
  readonly gzipped: boolean
  /** Size of the file on disk. */
  readonly size: number
  /** The next piece, undefined at the end. @throws UserError when the file is damaged */
  next(): Promise<Buffer | undefined>
  close(): void
}

/**
 * Opens a regular file, unpacked as it is read when it is gzip.
 * @throws UserError when it is missing, unreadable or not a file
 */
export async function openPlain(path: string): Promise<PlainStream> {
  const { size, head } = await peek(path, 2)
  const gzipped = head.length === 2 && head.readUInt16BE() === 0x1f8b
  const raw = createReadStream(path, { highWaterMark: CHUNK_BYTES })
  const stream: Readable = gzipped
    ? // Errors of either reach the reader through the last stream.
      pipeline(raw, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined)
    : raw
  // A reader that stops early, or has not begun, does not listen; an error then must not end the process. The
  // iterator still throws it at the next read.
  stream.on('error', () => undefined)
  const pieces: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]()
  return {
    gzipped,
    size,
    async next() {
      try {
        const { done, value } = await pieces.next()
        return done === true ? undefined : value
      } catch (error) {
        throw new UserError(
          `While reading ${basename(path)}: ${gzipped ? 'it is damaged or cut short (not a whole gzip file)' : 'it cannot be read'}; get the file again.`,
          { cause: error },
        )
      }
    },
    close() {
      stream.destroy()
      raw.destroy()
    },
  }
}

/** Opens a file for exact reads. @throws UserError when it is missing, unreadable or not a file */
export async function openBytes(path: string): Promise<ByteSource> {
  const plain = await openPlain(path)
  return readExactly({
    name: basename(path),
    atMost: plain.gzipped ? plain.size * DEFLATE_LIMIT : plain.size,
    next: () => plain.next(),
    close: () => plain.close(),
  })
}

/** Pieces that come one after the other, undefined at the end. */
interface Pieces extends Pick<ByteSource, 'name' | 'atMost'> {
  next(): Promise<Buffer | undefined>
  close(): void
}

/** Exact reads of what comes in pieces. */
export function readExactly({ name, atMost, next, close }: Pieces): ByteSource {
  let queue: Buffer[] = []
  let queued = 0
  const pull = async (): Promise<boolean> => {
    const piece = await next()
    if (piece === undefined) return false
    queue.push(piece)
    queued += piece.length
    return true
  }
  return {
    name,
    atMost,
    async read(count) {
      while (queued < count) {
        if (await pull()) continue
        throw new UserError(
          `While reading ${name}: it ends ${count - queued} bytes too early; the file is cut short or its header is wrong, get it again.`,
        )
      }
      const all = queue.length === 1 && queue[0] ? queue[0] : Buffer.concat(queue)
      queue = [all.subarray(count)]
      queued = all.length - count
      return all.subarray(0, count)
    },
    async expectEnd() {
      while (queued === 0 && (await pull()));
      if (queued > 0)
        throw new UserError(
          `While reading ${name}: bytes are left over after the end its header gives; the file is damaged or its header is wrong.`,
        )
    },
    async [Symbol.asyncDispose]() {
      close()
    },
  }
}

/** "ustar" at byte 257, as every tar format of the last decades has it. */
export const looksLikeTar = (head: Buffer): boolean => head.toString('latin1', 257, 262) === 'ustar'
