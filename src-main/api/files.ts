import type { Core } from '../core.ts'

/** Answers the addresses of shared/api/urls.ts; undefined for any other. */
export type FileDoor = (request: Request) => Promise<Response | undefined>

export function createFiles(core: Core): FileDoor {
  void core
  return async () => undefined
}
