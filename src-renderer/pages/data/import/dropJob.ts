import { mostFilesOfRequest, requestBytes } from '../../../../shared/api/dataUploads.ts'
import { api } from '../../../client.ts'
import { base64 } from '../../../components/base64.ts'
import type { DroppedFile } from '../../../frame/drop/dropped.ts'
import { refusalOf } from './dropRefusal.ts'
import { held } from './held.ts'

/** What becomes of data dropped onto the window. */
export type DropJob =
  | { readonly state: 'idle' }
  | { readonly state: 'sending'; readonly files: number; readonly sent: number; readonly bytes: number }
  | { readonly state: 'refused'; readonly words: string }
  | { readonly state: 'failed'; readonly error: unknown }

export const dropJob = held<DropJob>({ state: 'idle' })

let upload: string | undefined

/** Ends the sending; what has come is not kept. */
export function leaveDrop(): void {
  const own = upload
  upload = undefined
  dropJob.set({ state: 'idle' })
  if (own !== undefined) void api.datasets.dropUpload.mutate({ upload: own }).catch(() => undefined)
}

/**
 * Sends files to the host, from a browser. @returns the host's folder in which they lie; undefined where it was left, or
 * failed, which `dropJob` says
 */
export async function sendFiles(files: readonly DroppedFile[]): Promise<string | undefined> {
  leaveDrop()
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0)
  const refusal = refusalOf(files, bytes)
  if (refusal !== undefined) {
    dropJob.set({ state: 'refused', words: refusal })
    return undefined
  }
  const own = crypto.randomUUID()
  upload = own
  let sent = 0
  let folder: string | undefined
  dropJob.set({ state: 'sending', files: files.length, sent, bytes })
  try {
    for await (const { pieces, size } of requestsOf(files)) {
      if (upload !== own) return undefined
      folder = (await api.datasets.upload.mutate({ upload: own, files: pieces })).folder
      sent += size
      if (upload === own) dropJob.set({ state: 'sending', files: files.length, sent, bytes })
    }
  } catch (error) {
    if (upload === own) dropJob.set({ state: 'failed', error })
    return undefined
  }
  if (upload !== own) return undefined
  dropJob.set({ state: 'idle' })
  return folder
}

interface Piece {
  readonly place: string
  readonly content: string
}

/** Small files travel together, large ones in pieces. */
async function* requestsOf(files: readonly DroppedFile[]) {
  let pieces: Piece[] = []
  let size = 0
  for (const { place, file } of files) {
    for (let at = 0; at === 0 || at < file.size; at += requestBytes) {
      const piece = file.slice(at, at + requestBytes)
      if (pieces.length > 0 && (size + piece.size > requestBytes || pieces.length >= mostFilesOfRequest)) {
        yield { pieces, size }
        pieces = []
        size = 0
      }
      pieces.push({ place, content: await base64(piece) })
      size += piece.size
    }
  }
  if (pieces.length > 0) yield { pieces, size }
}
