import type { Readable, Writable } from 'node:stream'
import { pack, unpack } from './packed.ts'

/*
 * One packed message after another on a stream of bytes:
 *
 *   what a login prints · a line that says that they begin · uint32 length · message · uint32 length · message · ...
 */

const beginning = Buffer.from('\nanneal frames 1\n')
/** What a login may print before it. */
const mostPrinted = 1 << 20
/** The largest message: a blob of a state that no machine here could train. */
const mostBytes = 2 ** 31

/** Before the first frame, by the side that a shell has started. */
export const writeBeginning = (output: Writable): Promise<void> => write(output, beginning)

/** Resolves once there is room for more. */
export function writeFrame(output: Writable, message: unknown): Promise<void> {
  const packed = pack(message)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(packed.byteLength)
  return write(output, Buffer.concat([length, packed]))
}

function write(output: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}

/**
 * @param afterBeginning whether the beginning comes first
 * @throws TypeError for what are no frames, and for one that is cut off
 */
export async function* readFrames(input: Readable, afterBeginning: boolean): AsyncGenerator<unknown> {
  const bytes = createGathered(input[Symbol.asyncIterator]())
  if (afterBeginning && !(await bytes.skipTo(beginning, mostPrinted)))
    throw new TypeError('the other side does not speak as a worker of Anneal does')
  for (;;) {
    const length = await bytes.take(4)
    if (length === undefined) return
    const size = length.readUInt32LE()
    if (size > mostBytes) throw new TypeError(`a message of ${size} bytes is none`)
    const message = await bytes.take(size)
    if (message === undefined) throw new TypeError('the other side has stopped in the middle of a message')
    yield unpack(message)
  }
}

/** What has come of a stream, to be taken in pieces of any size. */
function createGathered(input: AsyncIterator<unknown>) {
  let chunks: Buffer[] = []
  let held = 0
  const more = async (): Promise<boolean> => {
    const { done, value } = await input.next()
    if (done) return false
    if (!(value instanceof Uint8Array)) throw new TypeError('a stream of text is none of messages')
    chunks.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength))
    held += value.byteLength
    return true
  }
  const all = (): Buffer => {
    const [first = Buffer.alloc(0), ...others] = chunks
    const whole = others.length === 0 ? first : Buffer.concat(chunks)
    chunks = [whole]
    return whole
  }
  const drop = (bytes: number): void => {
    chunks = [all().subarray(bytes)]
    held -= bytes
  }
  return {
    /** @returns undefined at the end  @throws TypeError for an end within them */
    async take(size: number): Promise<Buffer | undefined> {
      while (held < size)
        if (!(await more())) {
          if (held === 0) return undefined
          throw new TypeError('the other side has stopped in the middle of a message')
        }
      const taken = all().subarray(0, size)
      drop(size)
      return taken
    },
    /** Drops all up to its end. @returns false where it does not come */
    async skipTo(mark: Buffer, within: number): Promise<boolean> {
      for (;;) {
        const at = all().indexOf(mark)
        if (at >= 0) {
          drop(at + mark.byteLength)
          return true
        }
        if (held > within || !(await more())) return false
      }
    },
  }
}
