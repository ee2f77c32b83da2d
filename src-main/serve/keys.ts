import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/*
 * One secret, three proofs. A browser sends its cookie to every port of the host that gave it, whoever listens there, so
 * the cookie alone opens nothing but the empty window. The page key is kept by the pages of one origin, port included,
 * and travels in a header. Where a page cannot set a header (the address of a picture or of a download), a pass made
 * from the secret stands in the address for some minutes.
 */

/** Milliseconds for which a pass stays the same, so that a browser may keep the pictures it has fetched. */
const passPeriod = 10 * 60_000

export interface Keys {
  readonly cookie: string
  readonly pageKey: string
  /** Good for 10 to 20 minutes. */
  filePass(): string
  isFilePass(shown: string): boolean
}

/** @param now milliseconds since 1970 */
export function createKeys(secret: string, now: () => number): Keys {
  const made = (purpose: string): string => createHmac('sha256', secret).update(purpose).digest('base64url')
  const passOf = (period: number): string => made(`file pass ${period}`)
  const period = (): number => Math.floor(now() / passPeriod)
  return {
    cookie: made('cookie'),
    pageKey: made('page key'),
    filePass: () => passOf(period()),
    isFilePass: (shown) => same(shown, passOf(period())) || same(shown, passOf(period() - 1)),
  }
}

/** In constant time: how long it takes tells nothing of how much was right. */
export function same(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b))
}

export const newToken = (): string => randomBytes(24).toString('base64url')

export const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
