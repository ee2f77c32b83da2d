import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { pack, unpack } from './packed.ts'

/*
 * A desk over a folder that host and worker both see, for clusters whose nodes reach no network:
 *
 *   mail/BOX/7.ask       a request, by the worker          BOX: one of each process that asks
 *   mail/BOX/7.answer    what the host says to it, in whose stead the request goes
 *
 * A file is written under another name, synced and renamed, so that none is ever read half. Its first 32 bytes are an HMAC of
 * the rest and of its name: whoever can write into the folder but not read the worker's token says nothing that counts, and
 * no answer can be taken for another. Either side may be killed anywhere: the worker asks again, and asking twice is harmless.
 */

export const boxName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,79}$/)
const letterName = z.string().regex(/^[1-9]\d{0,14}\.(ask|answer)$/)

export interface LetterName {
  readonly number: number
  readonly kind: 'ask' | 'answer'
}

/** @returns undefined for a file that is none */
export function readLetterName(file: string): LetterName | undefined {
  if (!letterName.safeParse(file).success) return undefined
  const [number, kind] = file.split('.')
  return { number: Number(number), kind: kind === 'ask' ? 'ask' : 'answer' }
}

/** One of a folder of letters, and the key that its two ends share. */
export interface Box {
  readonly folder: string
  /** sha256 of the worker's token, hexadecimal: the host keeps no more of it. */
  readonly key: string
}

/** The largest letter: a blob of a state that no machine here could train. */
const mostBytes = 2 ** 31

/** A worker makes its box, where the host has cleared it away too; a host makes none: whoever has gone wants no answer. */
export async function writeLetter(box: Box, name: LetterName, value: unknown): Promise<void> {
  const packed = pack(value)
  if (name.kind === 'ask') await mkdir(box.folder, { recursive: true, mode: 0o700 })
  const written = path.join(box.folder, `.${randomBytes(6).toString('hex')}`)
  try {
    const file = await open(written, 'wx', 0o600)
    try {
      await file.writeFile(sealOf(box, name, packed))
      await file.writeFile(packed)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(written, letterPath(box, name))
  } catch (error) {
    await rm(written, { force: true })
    throw error
  }
}

/** @throws when it is no plain file, is too large, or no end of this box has written it */
export async function readLetter(box: Box, name: LetterName): Promise<unknown> {
  // No link is followed, and no pipe is waited for.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const file = await open(letterPath(box, name), flags)
  try {
    const stat = await file.stat()
    if (!stat.isFile() || stat.size < 32 || stat.size > mostBytes)
      throw new TypeError(`${letterPath(box, name)} is no letter`)
    const bytes = await file.readFile()
    const packed = bytes.subarray(32)
    if (bytes.length < 32 || !timingSafeEqual(bytes.subarray(0, 32), sealOf(box, name, packed)))
      throw new TypeError(`${letterPath(box, name)} is torn, or of another hand`)
    return unpack(packed)
  } finally {
    await file.close()
  }
}

export async function removeLetter(box: Box, name: LetterName): Promise<void> {
  await rm(letterPath(box, name), { force: true, recursive: true })
}

/**
 * The names in a folder, as the server has them.
 * @param isFresh NFS remembers a folder for up to a minute, but not one that this machine has just changed
 */
export async function namesIn(folder: string, isFresh: boolean): Promise<string[]> {
  if (isFresh) {
    const look = path.join(folder, `.look-${randomBytes(4).toString('hex')}`)
    const file = await open(look, 'wx', 0o600).catch(() => undefined)
    await file?.close()
    await rm(look, { force: true })
  }
  return readdir(folder)
}

const letterPath = (box: Box, { number, kind }: LetterName): string =>
  path.join(box.folder, `${number}.${kind}`)

function sealOf(box: Box, { number, kind }: LetterName, packed: Uint8Array): Buffer {
  const hmac = createHmac('sha256', box.key)
  return hmac
    .update(`${path.basename(box.folder)}/${number}.${kind}\n`)
    .update(packed)
    .digest()
}
