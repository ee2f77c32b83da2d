import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { createFiles, createServices } from '../../../src-main/api/index.ts'
import { secretOf } from '../../../src-main/serve/secret.ts'
import { type RunningServer, startServer } from '../../../src-main/serve/server.ts'
import { type CoreLab, openLab } from '../runs/lab.ts'

/** A browser door on a lab of its own, with a little window. */
export interface Door extends CoreLab {
  readonly server: RunningServer
  readonly port: number
  readonly token: string
  /** As a browser that was let in shows it. */
  readonly cookie: string
  /** As the page of that browser shows it besides. */
  readonly key: string
  /** What the door told the terminal. */
  readonly log: readonly string[]
  readonly windowFolder: string
  /** Another server of the same home, as after a restart. */
  serve(port?: number, secret?: () => string): Promise<RunningServer>
}

export const bigScript = `export const words = ${JSON.stringify('anneal '.repeat(3000))}\n`

export async function openDoor(): Promise<Door> {
  const lab = await openLab()
  const windowFolder = mkdtempSync(path.join(tmpdir(), 'anneal-window-'))
  mkdirSync(path.join(windowFolder, 'assets'))
  writeFileSync(path.join(windowFolder, 'index.html'), '<!doctype html><title>Anneal</title>')
  writeFileSync(path.join(windowFolder, '.secret'), 'hidden')
  writeFileSync(path.join(windowFolder, 'assets', 'main-1a2b.js'), bigScript)
  writeFileSync(path.join(windowFolder, 'assets', 'small-1a2b.css'), 'a{}')
  const log: string[] = []
  const servers: RunningServer[] = []
  const ownSecret = () => secretOf(lab.home)
  const serve = async (port = 0, secret = ownSecret): Promise<RunningServer> => {
    const server = await startServer({
      services: createServices(lab.core, 'browser'),
      files: createFiles(lab.core),
      windowFolder,
      secret,
      port,
      log: (line) => log.push(line),
    })
    servers.push(server)
    return server
  }
  const server = await serve()
  const token = new URL(server.url).searchParams.get('token') ?? ''
  const { port } = server
  const { cookie, key } = await letIn(port, token)
  return {
    ...lab,
    server,
    port,
    token,
    cookie,
    key,
    log,
    windowFolder,
    serve,
    async close() {
      for (const each of servers) await each.close()
      await lab.close()
      rmSync(windowFolder, { recursive: true, force: true })
    },
  }
}

/** What a browser does with the address that was printed: it keeps the cookie, and its page hands in the entry for a key. */
async function letIn(port: number, token: string): Promise<{ cookie: string; key: string }> {
  const welcome = await ask(port, `/?token=${token}`)
  const cookie = String(welcome.headers['set-cookie']).split(';')[0] ?? ''
  const entry = String(welcome.headers.location).split('#entry=')[1] ?? ''
  const { body } = await ask(port, '/door/key', { method: 'POST', headers: { cookie }, body: entry })
  return { cookie, key: z.object({ key: z.string() }).parse(JSON.parse(body)).key }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly address?: string
}

/** One request with the headers just as given: no client corrects them. */
export function ask(
  port: number,
  url: string,
  { method = 'GET', headers = {}, body, address = '127.0.0.1' }: Asked = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: address, port, path: url, method, headers, agent: false }, (answer) => {
      const { statusCode: status = 0, headers: given } = answer
      text(answer).then((read) => resolve({ status, headers: given, body: read }), reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

/** Bytes as they are, and all that comes back until the other side closes, in whatever way. */
export function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let read = ''
    socket.on('data', (piece) => {
      read += piece
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(read))
    socket.write(bytes)
  })
}
