import { Header } from 'tar'
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
    const header = new Header({ path: name, size: bytes, mode: 0o644, mtime, type: 'File' })
    header.encode()
    if (header.block === undefined || header.needPax) throw new Error(`no tar header can hold ${name}`)
    yield header.block
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

/** A file that is in memory already. */
export function tarFile(name: string, chunks: readonly Chunk[]): TarFile {
  return { name, bytes: chunks.reduce((sum, chunk) => sum + Buffer.byteLength(chunk), 0), chunks }
}
