import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface TestRedis {
  readonly host: string
  readonly port: number
  /** What it keeps on disk: another one that is started with it goes on from there. */
  readonly folder: string
  /** As a power cut would. */
  kill(): Promise<void>
  /** Ends it; a folder that the caller gave is left. */
  close(): Promise<void>
}

/**
 * A real redis-server of its own, without a password, that writes every change to disk. Whatever becomes of this process, it
 * ends: its shell waits for the end of a pipe.
 * @param at an address of this machine; a port and a folder where one is to come back as it was
 */
export async function startRedis(
  at: { readonly host?: string; readonly port?: number; readonly folder?: string } = {},
): Promise<TestRedis> {
  const host = at.host ?? '127.0.0.1'
  const port = at.port ?? (await freePort(host))
  const folder = at.folder ?? mkdtempSync(path.join(tmpdir(), 'anneal-redis-'))
  const settings = ['--bind', host, '--port', String(port), '--dir', folder, '--protected-mode', 'no']
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction']
  const script =
    'redis-server "$@" & server=$!; cat <&3 >/dev/null; exec 2>/dev/null; kill -9 $server; wait $server'
  const shell = spawn('sh', ['-c', `exec 3<&0; ${script}`, 'sh', ...settings, ...durable], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  let said = ''
  const gone = once(shell, 'exit')
  for await (const chunk of shell.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += String(chunk)
    if (said.includes('Ready to accept connections')) break
  }
  shell.stdout.resume()
  if (!said.includes('Ready to accept connections'))
    throw new Error(`redis-server did not start: ${said.slice(-500)}`)
  const kill = async () => {
    shell.stdin.end()
    await gone
  }
  return {
    host,
    port,
    folder,
    kill,
    close: async () => {
      await kill()
      if (at.folder === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

export async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const at = server.address()
  server.close()
  await once(server, 'close')
  if (typeof at !== 'object' || at === null) throw new Error('no port is free')
  return at.port
}
