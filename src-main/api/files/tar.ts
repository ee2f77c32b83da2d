import { Header, Pax } from 'tar'
import type { Chunk, Chunks } from './answers.ts'

export interface TarFile {
  readonly name: string
  readonly bytes: number
  readonly chunks: Chunks
}

const block = 512

/** A tar of regular files, sent as it is made. Their sizes must be known, because they stand before the content. */
export async function* tarOf(
  files: Iterable<TarFile> | AsyncIterable<TarFile>,
  mtime: Date,
): AsyncGenerator<Chunk, void, undefined> {
  for await (const { name, bytes, chunks } of files) {
    yield* head(name, bytes, mtime)
    let written = 0
    for await (const chunk of chunks) {
      written += Buffer.byteLength(chunk)
      yield chunk
    }
    if (written !== bytes) throw new Error(`${name} has ${written} bytes where ${bytes} were announced`)
    yield Buffer.alloc((block - (bytes % block)) % block)
  }
  yield Buffer.alloc(2 * block)
}

/** What the old header has no room for (names of other letters, gigabytes) stands in an extended one before it. */
function* head(name: string, bytes: number, mtime: Date): Generator<Uint8Array> {
  const fields = { path: name, size: bytes, mode: 0o644, mtime }
  const header = new Header({ ...fields, type: 'File' })
  header.encode()
  if (header.needPax) yield new Pax(fields).encode()
  if (header.block === undefined) throw new Error(`no tar header can hold ${name}`)
  yield header.block
}

/** A file that is in memory already. */
export function tarFile(name: string, chunks: readonly Chunk[]): TarFile {
  return { name, bytes: chunks.reduce((sum, chunk) => sum + Buffer.byteLength(chunk), 0), chunks }
}
