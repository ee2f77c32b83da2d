import { setTimeout as delay } from 'node:timers/promises'

/** Looks again and again until `find` gives something. @throws Error after a minute, with what was waited for */
export async function eventually<T>(
  what: string,
  find: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    if (Date.now() > deadline) throw new Error(`waited a minute for ${what}`)
    await delay(10)
  }
}

/** As `eventually`, for what holds or does not. */
export const until = (what: string, holds: () => boolean | Promise<boolean>): Promise<true> =>
  eventually(what, async () => (await holds()) || undefined)
