import type { JoinAnswer } from '../../shared/worker/protocol.ts'
import type { DeskContext } from './deskContext.ts'
import { hashOf, newToken } from './secrets.ts'

/** What the server asks about whoever asks it. Secrets come as they were sent. */
export interface Gate {
  /** @returns the worker whose token it is */
  byToken(token: string): string | undefined
  /** Uses the code up. @returns undefined for one that is void, late or used */
  join(code: string): Promise<JoinAnswer | undefined>
  /** Whether it is a code that has not been used yet. */
  isCode(code: string): boolean
}

export function createGate({ store: { workers }, build, now }: DeskContext): Gate {
  return {
    byToken: (token) => workers.byToken(hashOf(token))?.id,
    async join(code) {
      // Whatever fails must fail before the code is used up.
      const own = await build()
      const token = newToken()
      const worker = workers.join(hashOf(code), hashOf(token), now())
      return worker && { workerId: worker.id, name: worker.name, token, build: own }
    },
    isCode: (code) => workers.byCode(hashOf(code), now()) !== undefined,
  }
}
