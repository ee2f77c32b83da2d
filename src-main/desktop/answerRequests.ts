import type { FileDoor } from '../api/files.ts'
import { plainAnswer } from '../api/plainAnswer.ts'
import { securityHeaders } from '../serve/headers.ts'
import { createWindowFiles } from '../serve/windowFiles.ts'
import type { Log } from './log.ts'
import { isOwnAddress } from './origin.ts'

export interface AnswerOptions {
  readonly files: FileDoor
  /** The built window. */
  readonly windowFolder: string
  readonly log: Log
}

/** What lies behind the addresses of the window: the files of shared/api/urls.ts, and the window itself. */
export function createAnswer({
  files,
  windowFolder,
  log,
}: AnswerOptions): (request: Request) => Promise<Response> {
  const windowFiles = createWindowFiles(windowFolder)
  const find = async (request: Request): Promise<Response> => {
    if (!isOwnAddress(request.url)) return plainAnswer(403, 'This address is not of the window.')
    try {
      const found = (await files(request)) ?? (await windowFiles(request))
      return found ?? plainAnswer(404, 'There is nothing at this address.')
    } catch (error) {
      log(`While answering ${request.url}: ${error instanceof Error ? error.stack : String(error)}`)
      return plainAnswer(500, 'This could not be read; the details are in the log.')
    }
  }
  return async (request) => {
    const found = await find(request)
    for (const [name, value] of Object.entries(securityHeaders())) found.headers.set(name, value)
    return found
  }
}
