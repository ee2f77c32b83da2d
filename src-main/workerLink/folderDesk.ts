import { createHash, randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { wordsOf } from '../../shared/errors.ts'
import { createAskingDesk, type Send } from './askingDesk.ts'
import { Away, type Desk } from './desk.ts'
import { type Box, namesIn, readLetter, readLetterName, removeLetter, writeLetter } from './folderMail.ts'

export interface FolderDeskOptions {
  /** The folder that both see. */
  readonly folder: string
  readonly token: string
  /** Of the Slurm job, or any other name of whoever asks: a-z, 0-9, - and _. */
  readonly asker: string
  /** Between two looks for answers, milliseconds. */
  readonly pollMs?: number
  /** A host that has not answered by then is away, milliseconds; for `attend` and large blobs it is more. */
  readonly answerMs?: number
}

export interface FolderDesk extends Desk {
  /** Removes its box. */
  close(): Promise<void>
}

interface Waiting {
  readonly deadline: number
  settle(read: () => Promise<unknown>): void
}

/** The worker's end of a shared folder (see folderMail.ts). */
export function createFolderDesk(options: FolderDeskOptions): FolderDesk {
  const { pollMs = 500, answerMs = 30_000 } = options
  const name = `${options.asker}-${randomBytes(6).toString('hex')}`
  const box: Box = {
    folder: path.join(options.folder, 'mail', name),
    key: createHash('sha256').update(options.token).digest('hex'),
  }
  const waiting = new Map<number, Waiting>()
  let last = 0
  let isLooking = false
  let isClosed = false

  const look = async (): Promise<void> => {
    if (isLooking) return
    isLooking = true
    while (waiting.size > 0) {
      await setTimeout(pollMs)
      const names = await namesIn(box.folder, true).catch(() => [])
      for (const letter of names.map(readLetterName)) {
        if (letter?.kind !== 'answer') continue
        const asked = waiting.get(letter.number)
        waiting.delete(letter.number)
        if (asked === undefined) await removeLetter(box, letter)
        else asked.settle(() => readLetter(box, letter).finally(() => removeLetter(box, letter)))
      }
      for (const [number, { deadline, settle }] of waiting) {
        if (performance.now() < deadline) continue
        waiting.delete(number)
        settle(() => Promise.reject(new Away('the host does not answer in the shared folder')))
      }
    }
    isLooking = false
  }

  const send: Send = async (what, patience, signal) => {
    if (isClosed) throw new Away('this end of the shared folder is closed')
    last += 1
    const number = last
    const letter = { number, kind: 'ask' } as const
    await writeLetter(box, letter, what).catch(awayBecause)
    const answered = await new Promise<unknown>((resolve, reject) => {
      const withdraw = () => {
        waiting.delete(number)
        reject(new Away('no longer waited for'))
      }
      if (signal?.aborted) return withdraw()
      signal?.addEventListener('abort', withdraw, { once: true })
      waiting.set(number, {
        deadline: performance.now() + patience,
        settle: (read) => {
          signal?.removeEventListener('abort', withdraw)
          read().then(resolve, reject)
        },
      })
      void look()
    })
      .catch(awayBecause)
      .finally(() => removeLetter(box, letter).catch(() => undefined))
    return answered
  }

  return {
    ...createAskingDesk(send, answerMs),
    async close() {
      isClosed = true
      await rm(box.folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
    },
  }
}

/** A folder that is full, is not mounted now, or has a torn file in it, is a host that cannot be reached. */
function awayBecause(error: unknown): never {
  if (error instanceof Away) throw error
  throw new Away(`the shared folder: ${wordsOf(error)}`)
}
