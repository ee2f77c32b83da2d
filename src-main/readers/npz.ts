import { basename } from 'node:path'
import { crc32 } from 'node:zlib'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { show, UserError, wordsOf } from '../../shared/errors.ts'
import { type ByteSource, readExactly } from '../datasets/byteSource.ts'
import { peek } from '../datasets/userPaths.ts'
import { openArray } from './npy.ts'
import type { Table } from './table.ts'

/** Arrays an archive may have. */
const MAX_ARRAYS = 1000

/**
 * The arrays of an archive of numpy.savez, in its order. Nothing is unpacked to disk, and no more than a batch at a time.
 * @throws UserError where it is no such archive, or one of its arrays is none of numbers
 */
export async function openNpz(path: string): Promise<Table[]> {
  const tables: Table[] = []
  for (const name of await npzNames(path)) tables.push(await openNpzArray(path, name))
  return tables
}

/** The names of the arrays, whatever they hold. @throws UserError where it is no such archive, or empty */
export async function npzNames(path: string): Promise<string[]> {
  const file = basename(path)
  await peek(path, 0)
  const names = await withArchive(path, async (archive) => (await entriesOf(archive, file)).map(nameOf))
  if (names.length === 0)
    throw new UserError(`While reading ${file}: there is no array in it; save some with numpy.savez.`)
  return names
}

/** @throws UserError where the array is none of numbers */
export const openNpzArray = async (path: string, name: string): Promise<Table> => ({
  ...(await openArray(() => openEntry(path, name), name)),
  file: basename(path),
})

const nameOf = ({ fileName }: Entry): string => fileName.replace(/\.npy$/, '')

async function entriesOf(archive: ZipFile, file: string): Promise<Entry[]> {
  if (archive.entryCount > MAX_ARRAYS)
    throw new UserError(
      `While reading ${file}: it claims ${archive.entryCount} arrays, more than ${MAX_ARRAYS}; save fewer into one file.`,
    )
  const entries: Entry[] = []
  for await (const entry of archive.eachEntry()) {
    if (!entry.fileName.endsWith('.npy'))
      throw new UserError(
        `While reading ${file}: its entry ${show(entry.fileName)} is no array; save it with numpy.savez.`,
      )
    entries.push(entry)
  }
  return entries
}

async function withArchive<T>(path: string, use: (archive: ZipFile) => Promise<T>): Promise<T> {
  let archive: ZipFile | undefined
  try {
    archive = await openPromise(path, { autoClose: false, lazyEntries: true })
    return await use(archive)
  } catch (error) {
    throw asDamage(error, basename(path))
  } finally {
    archive?.close()
  }
}

function asDamage(error: unknown, file: string): UserError {
  if (error instanceof UserError) return error
  return new UserError(
    `While reading ${file}: it is not a whole archive of numpy.savez (${wordsOf(error)}); save it again.`,
    { cause: error },
  )
}

async function openEntry(path: string, name: string): Promise<ByteSource> {
  const file = basename(path)
  let archive: ZipFile | undefined
  try {
    archive = await openPromise(path, { autoClose: false, lazyEntries: true })
    const entry = (await entriesOf(archive, file)).find((each) => nameOf(each) === name)
    if (entry === undefined) throw new UserError(`While reading ${file}: it changed meanwhile; start again.`)
    return await entryBytes(archive, entry, `${file} (array ${show(name)})`)
  } catch (error) {
    archive?.close()
    throw asDamage(error, file)
  }
}

async function entryBytes(archive: ZipFile, entry: Entry, name: string): Promise<ByteSource> {
  const stream = await archive.openReadStreamPromise(entry)
  // A reader that stops early does not listen any more; the iterator still throws it at the next read.
  stream.on('error', () => undefined)
  const pieces: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]()
  let checksum = 0
  return readExactly({
    name,
    atMost: entry.uncompressedSize,
    async next() {
      try {
        const { done, value } = await pieces.next()
        if (done !== true) {
          checksum = crc32(value, checksum)
          return value
        }
      } catch (error) {
        throw asDamage(error, name)
      }
      if (checksum !== entry.crc32)
        throw new UserError(`While reading ${name}: its checksum is wrong, so it is damaged; save it again.`)
      return undefined
    },
    close() {
      stream.destroy()
      archive.close()
    },
  })
}
