import { createHash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** Milliseconds for which the code of an invitation lets one worker join. */
export const codeLife = 15 * 60_000

/** What the store keeps of a token or a code. Equal digests are looked for, so that no time tells how near a guess was. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

export const newCode = (): string => randomBytes(16).toString('hex')
export const newToken = (): string => randomBytes(32).toString('hex')

/** Wrong tokens and codes from one address within a minute, after which it is not listened to. */
const mostWrong = 20
const minute = 60_000

/** Counts wrong secrets by the address that they came from. */
export interface Guesses {
  isTooMany(address: string): boolean
  wrong(address: string): void
}

export function createGuesses(now: () => number): Guesses {
  const counts = new LRUCache<string, { count: number; readonly since: number }>({ max: 10_000 })
  const current = (address: string) => {
    const found = counts.get(address)
    return found !== undefined && now() - found.since < minute ? found : undefined
  }
  return {
    isTooMany: (address) => (current(address)?.count ?? 0) >= mostWrong,
    wrong(address) {
      const found = current(address)
      if (found === undefined) counts.set(address, { count: 1, since: now() })
      else found.count += 1
    },
  }
}
