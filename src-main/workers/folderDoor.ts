import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { wordsOf } from '../../shared/errors.ts'
import { answerAsk } from '../workerLink/answerAsk.ts'
import { ask } from '../workerLink/asks.ts'
import type { Desk } from '../workerLink/desk.ts'
import {
  type Box,
  boxName,
  namesIn,
  readLetter,
  readLetterName,
  removeLetter,
  writeLetter,
} from '../workerLink/folderMail.ts'

export interface FolderDoorOptions {
  /** The folder that both see. */
  readonly folder: string
  /** sha256 of the worker's token, hexadecimal. */
  readonly key: string
  /** The desk of the worker that has this token. @throws TurnedAway when none has it any more */
  deskFor(): Desk
  /** Between two looks for requests, milliseconds. */
  readonly pollMs?: number
  /** A box in which nothing has been for so long is cleared away, milliseconds. */
  readonly idleMs?: number
  readonly log?: (line: string) => void
}

export interface FolderDoor {
  close(): Promise<void>
}

/** Every so many looks the folder is asked for anew (see `namesIn`). */
const freshEvery = 4
/** A letter that cannot be read for so many looks never will be. */
const unreadableLooks = 20

/** The host's end of a shared folder (see folderMail.ts). */
export function openFolderDoor(options: FolderDoorOptions): FolderDoor {
  const { pollMs = 500, idleMs = 3_600_000 } = options
  const mail = path.join(options.folder, 'mail')
  const closed = new AbortController()
  const boxes = new Map<string, OpenBox>()

  async function look(isFresh: boolean): Promise<void> {
    // A folder that is not there now is mounted again some day.
    const names = await namesIn(mail, isFresh).catch((): string[] => [])
    for (const name of names) {
      if (!boxName.safeParse(name).success) continue
      const folder = path.join(mail, name)
      const box = boxes.get(name) ?? openBox(options, { folder, key: options.key }, closed.signal)
      boxes.set(name, box)
      await box.look(isFresh).catch(() => undefined)
      if (!box.isIdle(idleMs)) continue
      boxes.delete(name)
      await rm(folder, { recursive: true, force: true }).catch(() => undefined)
    }
    for (const name of boxes.keys()) {
      if (names.includes(name)) continue
      boxes.get(name)?.leave()
      boxes.delete(name)
    }
  }

  async function lookForever(): Promise<void> {
    // What a look leaves that was killed.
    for (const name of await readdir(mail).catch((): string[] => []))
      if (name.startsWith('.look-')) await rm(path.join(mail, name), { force: true })
    for (let looks = 0; !closed.signal.aborted; looks++) {
      await look(looks % freshEvery === 0)
      await setTimeout(pollMs, undefined, { signal: closed.signal }).catch(() => undefined)
    }
  }

  const looking = lookForever()
  return {
    async close() {
      closed.abort()
      await looking
      await Promise.all([...boxes.values()].map((box) => box.settled()))
    },
  }
}

/** What one process of a worker asks. */
interface OpenBox {
  /** Begins to answer what is new in it. */
  look(isFresh: boolean): Promise<void>
  isIdle(ms: number): boolean
  /** The worker has taken it away. */
  leave(): void
  settled(): Promise<unknown>
}

function openBox(options: FolderDoorOptions, box: Box, closed: AbortSignal): OpenBox {
  /** What is being answered, with what makes a held `attend` end. */
  const handled = new Map<number, { readonly gone: AbortController; readonly done: Promise<void> }>()
  const unreadable = new Map<number, number>()
  let usedAt = performance.now()

  async function handle(number: number, gone: AbortSignal): Promise<void> {
    const request = ask.parse(await readLetter(box, { number, kind: 'ask' }))
    const signal = AbortSignal.any([gone, closed])
    const said = await answerAsk(options.deskFor, request, signal, (reason) =>
      options.log?.(`answering ${request.method} in the shared folder: ${reason}`),
    )
    // Whoever closes leaves the request for the next host; whoever has gone wants no answer.
    if (signal.aborted) return
    await writeLetter(box, { number, kind: 'answer' }, said)
    await removeLetter(box, { number, kind: 'ask' })
  }

  async function passOver(number: number, error: unknown): Promise<void> {
    const looks = (unreadable.get(number) ?? 0) + 1
    unreadable.set(number, looks)
    if (looks < unreadableLooks) return
    unreadable.delete(number)
    await removeLetter(box, { number, kind: 'ask' }).catch(() => undefined)
    options.log?.(`a request in the shared folder is dropped: ${wordsOf(error)}`)
  }

  return {
    async look(isFresh) {
      const names = await namesIn(box.folder, isFresh)
      const letters = names.flatMap((file) => readLetterName(file) ?? [])
      const numbers = letters.filter(({ kind }) => kind === 'ask').map(({ number }) => number)
      if (numbers.length > 0) usedAt = performance.now()
      for (const number of numbers) {
        if (handled.has(number)) continue
        const gone = new AbortController()
        const done = handle(number, gone.signal)
          .catch((error: unknown) => passOver(number, error))
          .finally(() => handled.delete(number))
        handled.set(number, { gone, done })
      }
      for (const [number, { gone }] of handled) if (!numbers.includes(number)) gone.abort()
      for (const number of unreadable.keys()) if (!numbers.includes(number)) unreadable.delete(number)
    },
    isIdle: (ms) => handled.size === 0 && performance.now() - usedAt >= ms,
    leave: () => {
      for (const { gone } of handled.values()) gone.abort()
    },
    settled: () => Promise.all([...handled.values()].map(({ done }) => done)),
  }
}
