import { TRPCError } from '@trpc/server'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { appRouter } from '../../shared/api/router.ts'
import type { Services } from '../../shared/api/services.ts'
import { UserError } from '../../shared/errors.ts'
import { type FileDoor, isFileAddress } from '../api/files.ts'
import { plainAnswer } from '../api/plainAnswer.ts'
import type { Access, Proof } from './access.ts'
import { createWindowFiles } from './windowFiles.ts'

/** What lies behind the guard. */
export interface AnswerOptions {
  readonly services: Services
  readonly files: FileDoor
  /** The built window. */
  readonly windowFolder: string
  /** Told of failures that are ours, one line each. */
  readonly log: (line: string) => void
}

export type Answer = (request: Request) => Promise<Response>

/** Where a page hands in the entry it was sent to, for its key; and where it gets passes for addresses of files. */
const keyAddress = '/door/key'
const passAddress = '/door/pass'

/** The window as it is built holds nothing of anybody's; all that does is behind the key. */
export function proofFor(pathname: string): Proof {
  if (isFileAddress(pathname)) return 'keyOrPass'
  return isProcedure(pathname) || pathname === passAddress ? 'key' : 'none'
}

const isProcedure = (pathname: string): boolean => pathname === '/trpc' || pathname.startsWith('/trpc/')

/** Procedures, files, keys, the window. */
export function createAnswer(
  { services, files, windowFolder, log }: AnswerOptions,
  access: Pick<Access, 'redeem' | 'filePass'>,
): Answer {
  const windowFiles = createWindowFiles(windowFolder)
  return async (request) => {
    const { pathname } = new URL(request.url)
    if (isProcedure(pathname)) return answerProcedure(services, log, request)
    if (pathname === keyAddress) return giveKey(access, request)
    if (pathname === passAddress) return Response.json({ pass: access.filePass() })
    const found = (await files(request)) ?? (await windowFiles(request))
    return found ?? plainAnswer(404, 'There is nothing at this address.')
  }
}

async function giveKey(access: Pick<Access, 'redeem'>, request: Request): Promise<Response> {
  const key = access.redeem(request.method === 'POST' ? await request.text() : '')
  if (key !== undefined) return Response.json({ key })
  return plainAnswer(
    403,
    'The address of this page is over a minute old: open the whole address that "anneal serve" printed once more.',
  )
}

async function answerProcedure(
  services: Services,
  log: (line: string) => void,
  request: Request,
): Promise<Response> {
  const response = await fetchRequestHandler({
    endpoint: '/trpc',
    // What HEAD asks for is what GET would give; the server leaves its body out.
    req: request.method === 'HEAD' ? new Request(request, { method: 'GET' }) : request,
    router: appRouter,
    createContext: () => services,
    // What is asked for may be longer than an address.
    allowMethodOverride: true,
    onError: ({ error, path }) => logFailure(log, path, error),
  })
  // What is sent in parts has no end to wait for.
  const isStream =
    response.headers.has('transfer-encoding') ||
    response.headers.get('content-type')?.startsWith('text/event-stream') === true
  return isStream ? response : withLength(response)
}

/** Its length says whether compressing it pays. */
async function withLength(response: Response): Promise<Response> {
  const bytes = await response.bytes()
  const headers = new Headers(response.headers)
  headers.set('content-length', String(bytes.byteLength))
  return new Response(bytes, { status: response.status, headers })
}

export function logFailure(log: (line: string) => void, path: string | undefined, error: unknown): void {
  // A mistake in the request is told in the answer, and is no failure of ours.
  if (error instanceof TRPCError && error.code !== 'INTERNAL_SERVER_ERROR') return
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (cause instanceof UserError) return
  const words = cause instanceof Error ? cause.message : String(cause)
  log(`While answering ${path ?? 'a request'}: ${words.split('\n')[0]}`)
}
