import { basename, join } from 'node:path'
import { Parser, type ReadEntry } from 'tar'
import { show, UserError } from '../../../shared/errors.ts'
import { looksLikeTar, openPlain } from '../byteSource.ts'
import { createFileSink, type FileSink } from '../fileSink.ts'
import { MAX_EXAMPLE_BYTES } from '../meta.ts'

/**
 * Copies the files of a tar archive (gzipped or not) whose base name is in `known` into `folder`. No path of the archive
 * is ever used: the names written are those in `known`, so nothing can land elsewhere. An archive that tries (absolute
 * paths, "..", links, devices), that holds one name twice, or that unpacks to more than 2 GiB is refused whole.
 * @param mostBytes the largest size of one known file
 * @throws UserError for all that, and for a damaged archive
 */
export async function unpackKnown(
  path: string,
  folder: string,
  known: ReadonlySet<string>,
  mostBytes: number,
): Promise<void> {
  const name = basename(path)
  const { parser, arrived, check } = createCollector(name, known, mostBytes)
  const sinks = new Map<string, FileSink>()
  const store = async (): Promise<void> => {
    check()
    for (const [file, pieces] of arrived) {
      const sink = sinks.get(file) ?? (await createFileSink(join(folder, file)))
      sinks.set(file, sink)
      for (const piece of pieces.splice(0)) await sink.write(piece)
    }
  }
  // The two empty blocks at the end. Without them a file cut between two entries would pass for whole.
  let sawEnd = false
  parser.on('eof', () => {
    sawEnd = true
  })
  try {
    // The parser works while it is written to, so that what one piece of input gives is stored before the next.
    for await (const piece of tarBytes(path, name)) {
      parser.write(piece)
      await store()
    }
    parser.end()
    await store()
    if (!sawEnd) throw damaged(name, undefined)
    for (const sink of sinks.values()) await sink.finish()
  } finally {
    for (const sink of sinks.values()) await sink.abandon()
  }
}

/**
 * A parser whose wanted entries pile up in `arrived` until they are taken. What goes wrong inside its events would be
 * lost there; the first failure is kept, and `check` throws it.
 */
function createCollector(archive: string, known: ReadonlySet<string>, mostBytes: number) {
  const parser = new Parser({ strict: true, zstd: false, brotli: false, maxMetaEntrySize: 1 << 16 })
  const arrived = new Map<string, Buffer[]>()
  let failure: unknown
  parser.on('error', (error) => {
    failure ??= damaged(archive, error)
  })
  const destination = (entry: ReadEntry): Buffer[] | undefined => {
    const file = knownFile(archive, entry, known, mostBytes)
    if (file === undefined) return undefined
    if (arrived.has(file))
      throw new UserError(
        `While reading ${archive}: it holds ${file} twice; give an archive with one data set.`,
      )
    const pieces: Buffer[] = []
    arrived.set(file, pieces)
    return pieces
  }
  parser.on('entry', (entry: ReadEntry) => {
    try {
      const pieces = destination(entry)
      if (pieces) entry.on('data', (piece: Buffer) => pieces.push(piece))
      else entry.resume()
    } catch (error) {
      failure ??= error
      entry.resume()
    }
  })
  const check = (): void => {
    if (failure !== undefined) throw failure
  }
  return { parser, arrived, check }
}

/** The archive's plain bytes. Unpacked here, not by the parser, which would unpack a whole piece at once. */
async function* tarBytes(path: string, name: string): AsyncGenerator<Buffer> {
  const plain = await openPlain(path)
  let total = 0
  try {
    for (let piece = await plain.next(); piece !== undefined; piece = await plain.next()) {
      // Checked here too because the parser would unpack a second layer of gzip.
      if (total === 0 && !looksLikeTar(piece)) throw damaged(name, undefined)
      total += piece.length
      if (total > MAX_EXAMPLE_BYTES)
        throw new UserError(
          `While reading ${name}: it unpacks to more than 2 GiB, which no CIFAR archive does.`,
        )
      yield piece
    }
    if (total === 0) throw damaged(name, undefined)
  } finally {
    plain.close()
  }
}

const damaged = (name: string, cause: unknown): UserError =>
  new UserError(
    `While reading ${name}: it is not a whole tar archive; it is damaged or cut short, get it again.`,
    {
      cause,
    },
  )

/** The known name of an entry, undefined for one to pass over. @throws UserError for an entry that must not be there */
function knownFile(
  archive: string,
  entry: ReadEntry,
  known: ReadonlySet<string>,
  mostBytes: number,
): string | undefined {
  const refuse = (what: string): UserError =>
    new UserError(
      `While reading ${archive}: its entry ${show(entry.path)} ${what}; the archive is refused, get it from its publisher.`,
    )
  const steps = entry.path.split(/[\\/]/)
  if (steps[0] === '' || /^[a-z]:$/i.test(steps[0] ?? '') || steps.includes('..'))
    throw refuse('points outside its folder')
  if (entry.type === 'Directory' || entry.type === 'GNUDumpDir') return undefined
  if (entry.type !== 'File' && entry.type !== 'OldFile' && entry.type !== 'ContiguousFile')
    throw refuse(`is not a plain file but of type ${entry.type}`)
  const file = steps.at(-1) ?? ''
  if (!known.has(file)) return undefined
  if (entry.size > mostBytes) throw refuse(`has ${entry.size} bytes, more than such a file may have`)
  return file
}
