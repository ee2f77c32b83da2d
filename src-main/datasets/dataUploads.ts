import { appendFile, mkdir } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import {
  type DataPieces,
  mostUploadBytes,
  mostUploadFiles,
  type UploadPlace,
} from '../../shared/api/dataUploads.ts'
import { UserError } from '../../shared/errors.ts'
import { storageTrouble } from './storageTrouble.ts'
import { dropTemp, makeTemp, sweepTemps } from './tempFolder.ts'

/** Files of users' own that came through a browser, each upload in a temporary folder below the home folder. */
export interface DataUploads {
  /** @throws UserError for more than an upload may have, or where nothing can be stored; the upload is gone then */
  take(pieces: DataPieces): Promise<UploadPlace>
  /** Nothing of it is kept after this; nothing happens where there is none. */
  drop(upload: string): Promise<void>
  /** The same for the upload in which the path lies, if any. */
  dropHolding(path: string): Promise<void>
}

interface Held {
  readonly temp: string
  readonly files: Set<string>
  bytes: number
}

/** Uploads that wait for their import; older ones go. */
const mostHeld = 2

export const uploadsFolder = (home: string): string => join(home, 'uploads')

/** What lies in an upload stands in this folder, after which data of several folders is called. */
const inner = 'dropped'

export function createDataUploads(home: string): DataUploads {
  const parent = uploadsFolder(home)
  const held = new Map<string, Promise<Held>>()
  const begin = async (): Promise<Held> => {
    await mkdir(parent, { recursive: true })
    await sweepTemps(parent)
    const temp = await makeTemp(parent)
    await mkdir(join(temp, inner))
    return { temp, files: new Set(), bytes: 0 }
  }
  const drop = async (upload: string): Promise<void> => {
    const own = held.get(upload)
    held.delete(upload)
    if (own !== undefined) await dropTemp((await own).temp)
  }
  return {
    drop,
    async dropHolding(path) {
      for (const [upload, own] of held) {
        const way = relative((await own).temp, resolve(path))
        if (!way.startsWith('..') && way !== resolve(path)) await drop(upload)
      }
    },
    async take({ upload, files }) {
      const known = held.get(upload) ?? begin()
      held.set(upload, known)
      const [oldest] = held.keys()
      if (held.size > mostHeld && oldest !== undefined) await drop(oldest)
      try {
        const own = await known
        for (const { place, content } of files) {
          const bytes = Buffer.from(content, 'base64')
          own.bytes += bytes.byteLength
          own.files.add(place)
          refuseTooMuch(own)
          const file = join(own.temp, inner, ...place.split('/'))
          await mkdir(dirname(file), { recursive: true })
          await appendFile(file, bytes)
        }
        return { folder: join(own.temp, inner) }
      } catch (error) {
        await drop(upload).catch(() => undefined)
        throw error instanceof UserError
          ? error
          : storageTrouble('While taking the dropped files', parent, error)
      }
    },
  }
}

function refuseTooMuch({ bytes, files }: Held): void {
  if (bytes <= mostUploadBytes && files.size <= mostUploadFiles) return
  throw new UserError(
    `While taking the dropped files: they are more than ${mostUploadBytes / 2 ** 30} GiB or ${mostUploadFiles} files, which a page may send; copy them to the machine that Anneal runs on, and give their path.`,
  )
}
