import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** An agent that a pasted command has made and started. */
export interface PastedWorker {
  /** Of its process. */
  readonly pid: number
  log(): string
  /** Resolves when it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>
}

const packages = fileURLToPath(new URL('../../../node_modules', import.meta.url))

/**
 * Pastes the command of an invitation into a shell of this machine, as if it were another one. In place of npm stands a
 * script that takes the packages of this checkout: nothing is downloaded.
 * @param more what the worker's environment has besides
 */
export async function paste(
  command: string,
  more: Readonly<Record<string, string>> = {},
): Promise<PastedWorker & { remove(): Promise<void> }> {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-pasted-'))
  const bin = path.join(home, 'bin')
  mkdirSync(bin)
  const npm = `#!/bin/sh\n[ "$1" = ci ] && ln -s '${packages}' node_modules\nexit 0\n`
  writeFileSync(path.join(bin, 'npm'), npm, { mode: 0o755 })
  const folder = path.join(home, 'worker')
  const shell = spawn('/bin/sh', [], {
    env: {
      PATH: `${bin}:${path.dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: home,
      ANNEAL_WORKER_FOLDER: folder,
      ...more,
    },
  })
  let said = ''
  for (const stream of [shell.stdout, shell.stderr])
    stream.on('data', (part) => {
      said += String(part)
    })
  shell.stdin.end(command)
  const [code] = await once(shell, 'close')
  const pid = Number(/as process (\d+)/.exec(said)?.[1])
  if (code !== 0 || !(pid > 0)) throw new Error(`the pasted command ended with ${code}: ${said}`)
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (isThere(pid)) process.kill(pid, signal)
    for (const until = Date.now() + 10_000; isThere(pid) && Date.now() < until; )
      await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return {
    pid,
    log: () => readFileSync(path.join(folder, 'worker.log'), 'utf8'),
    kill,
    async remove() {
      await kill('SIGKILL')
      rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
    },
  }
}

function isThere(pid: number): boolean {
  try {
    // A process that has ended and waits to be reaped is gone.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
