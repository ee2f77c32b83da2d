import { constants } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { attemptEnd } from '../../shared/worker/protocol.ts'
import type { Ending } from './pusher.ts'
import { openPlain, writeDurably } from './spool/durable.ts'

const note = z.strictObject({ how: attemptEnd.shape.how, reason: attemptEnd.shape.reason })

const fileIn = (folder: string): string => path.join(folder, 'end.json')

/** How an attempt has ended, beside its spool: an agent that starts later tells the host so. */
export const writeEndNote = (folder: string, ending: Ending): Promise<void> =>
  writeDurably(fileIn(folder), JSON.stringify(note.parse(ending)))

/** @returns undefined where there is none that can be read */
export async function readEndNote(folder: string): Promise<Ending | undefined> {
  try {
    await using handle = await openPlain(fileIn(folder), constants.O_RDONLY)
    return note.parse(JSON.parse(await handle.readFile('utf8')))
  } catch {
    return undefined
  }
}
