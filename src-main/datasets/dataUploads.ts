import { appendFile, mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import {
  type DataPieces,
  mostUploadBytes,
  mostUploadFiles,
  type UploadPlace,
} from '../../shared/api/dataUploads.ts'
import { UserError } from '../../shared/errors.ts'
import { createHeldUploads } from '../heldUploads.ts'
import { isWithin } from '../isWithin.ts'
import { storageTrouble } from './storageTrouble.ts'
import { dropTemp, makeTemp, sweepTemps } from './tempFolder.ts'

/** Files of users' own that came through a browser, each upload in a temporary folder below the home folder. */
export interface DataUploads {
  /** @throws UserError for more than an upload may have, for one that has ended, or where nothing can be stored; it is gone then */
  take(pieces: DataPieces): Promise<UploadPlace>
  /** Nothing of it is kept after this; nothing happens where there is none. */
  drop(upload: string): Promise<void>
  /** The same for the upload in which the path lies, if any. */
  dropHolding(path: string): Promise<void>
  /** Until the release, no newer upload takes the place of the one in which the path lies. */
  keepHolding(path: string): Promise<() => void>
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
  const begin = async (): Promise<Held> => {
    await mkdir(parent, { recursive: true })
    await sweepTemps(parent)
    const temp = await makeTemp(parent)
    await mkdir(join(temp, inner))
    return { temp, files: new Set(), bytes: 0 }
  }
  const held = createHeldUploads('taking the dropped files', mostHeld, begin, ({ temp }) => dropTemp(temp))
  const holding = async (path: string): Promise<string | undefined> => {
    const found = (await held.entries()).find(([, { temp }]) => isWithin(resolve(path), temp))
    return found?.[0]
  }
  const trouble = (error: unknown): unknown =>
    error instanceof UserError ? error : storageTrouble('While taking the dropped files', parent, error)
  return {
    drop: (upload) => held.drop(upload),
    async dropHolding(path) {
      const upload = await holding(path)
      if (upload !== undefined) await held.drop(upload)
    },
    async keepHolding(path) {
      const upload = await holding(path)
      return upload === undefined ? () => undefined : held.keep(upload)
    },
    async take({ upload, files }) {
      try {
        return await held.take(upload, async (own) => {
          for (const { place, content } of files) await append(own, place, Buffer.from(content, 'base64'))
          return { folder: join(own.temp, inner) }
        })
      } catch (error) {
        throw trouble(error)
      }
    },
  }
}

async function append(own: Held, place: string, bytes: Uint8Array): Promise<void> {
  own.bytes += bytes.byteLength
  own.files.add(place)
  refuseTooMuch(own)
  const file = join(own.temp, inner, ...place.split('/'))
  await mkdir(dirname(file), { recursive: true })
  await appendFile(file, bytes)
}

function refuseTooMuch({ bytes, files }: Held): void {
  if (bytes <= mostUploadBytes && files.size <= mostUploadFiles) return
  throw new UserError(
    `While taking the dropped files: they are more than ${mostUploadBytes / 2 ** 30} GiB or ${mostUploadFiles} files, which a page may send; copy them to the machine that Anneal runs on, and give their path.`,
  )
}
