import { UserError } from '../shared/errors.ts'

/**
 * Uploads that come in pieces, each under an id of its own. One that has ended, or made room for newer ones, takes no more:
 * what is still on its way would pass for the whole.
 */
export interface HeldUploads<T> {
  /**
   * Begins the upload with its first pieces. Its pieces are taken one request after the other; where one fails, the upload ends.
   * @throws UserError where it has ended
   */
  take<R>(upload: string, work: (own: T) => Promise<R>): Promise<R>
  /** It is the caller's from now on, and takes no more; undefined where there is none. */
  claim(upload: string): Promise<T | undefined>
  /** Nothing happens where there is none. */
  drop(upload: string): Promise<void>
  /** Those that are held, the one longest untouched first. */
  entries(): Promise<(readonly [upload: string, own: T])[]>
  /** It makes no room for others until the release. */
  keep(upload: string): () => void
}

interface Held<T> {
  readonly own: Promise<T>
  work: Promise<unknown>
}

/** Ids of ended uploads that are known as such; later pieces come within moments. */
const mostEnded = 10_000

/** @param most uploads at once: the one longest untouched makes room · @param remove what was held of one */
export function createHeldUploads<T>(
  doing: string,
  most: number,
  begin: () => Promise<T>,
  remove: (own: T) => Promise<void>,
): HeldUploads<T> {
  const held = new Map<string, Held<T>>()
  const ended = new Set<string>()
  const kept = new Map<string, number>()
  const end = (upload: string): Held<T> | undefined => {
    const one = held.get(upload)
    held.delete(upload)
    ended.add(upload)
    const [oldest] = ended
    if (ended.size > mostEnded && oldest !== undefined) ended.delete(oldest)
    return one
  }
  const drop = async (upload: string): Promise<void> => {
    const one = end(upload)
    if (one === undefined) return
    await one.work
    // One that could not even begin has nothing to remove.
    const own = await one.own.catch(() => undefined)
    if (own !== undefined) await remove(own)
  }
  const touched = (upload: string): Held<T> => {
    if (ended.has(upload))
      throw new UserError(
        `While ${doing}: their upload has ended, or made room for newer ones; drop them again.`,
      )
    const one = held.get(upload) ?? { own: begin(), work: Promise.resolve() }
    held.delete(upload)
    held.set(upload, one)
    return one
  }
  const makeRoomFor = async (upload: string): Promise<void> => {
    const oldest = [...held.keys()].find((each) => each !== upload && !kept.has(each))
    if (held.size > most && oldest !== undefined) await drop(oldest)
  }
  return {
    drop,
    async take(upload, work) {
      const one = touched(upload)
      const before = one.work
      const working = (async () => {
        await before
        const own = await one.own
        // It may have ended while others of its pieces were taken.
        if (held.get(upload) !== one) touched(upload)
        return work(own)
      })()
      one.work = working.catch(() => undefined)
      await makeRoomFor(upload)
      try {
        return await working
      } catch (error) {
        await drop(upload).catch(() => undefined)
        throw error
      }
    },
    async claim(upload) {
      const one = end(upload)
      await one?.work
      return one?.own
    },
    entries: () => Promise.all([...held].map(async ([upload, { own }]) => [upload, await own] as const)),
    keep(upload) {
      kept.set(upload, (kept.get(upload) ?? 0) + 1)
      return () => {
        const left = (kept.get(upload) ?? 1) - 1
        if (left === 0) kept.delete(upload)
        else kept.set(upload, left)
      }
    },
  }
}
