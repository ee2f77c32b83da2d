import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePort } from './redis.ts'
import { shOrThrow } from './sh.ts'

export interface TestSshd {
  /** What a user types after ssh. */
  readonly login: string
  /** With a PATH on which `ssh` knows the port and the key of it. */
  readonly env: NodeJS.ProcessEnv
  close(): Promise<void>
}

/** A real sshd of its own that lets this user in. @param variables that programs get there */
export async function startSshd(variables: Readonly<Record<string, string>> = {}): Promise<TestSshd> {
  const folder = mkdtempSync(path.join(tmpdir(), 'anneal-sshd-'))
  const file = (name: string) => path.join(folder, name)
  await shOrThrow(
    `cd ${folder} && ssh-keygen -q -t ed25519 -N '' -f host && ssh-keygen -q -t ed25519 -N '' -f user`,
  )
  await shOrThrow(`cp ${file('user.pub')} ${file('authorized')} && mkdir -p /run/sshd`)
  const port = await freePort('127.0.0.1')
  const settings = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${file('host')}`,
    `AuthorizedKeysFile ${file('authorized')}`,
    `PidFile ${file('pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    `SetEnv ${
      Object.entries(variables)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ') || 'NONE=1'
    }`,
  ]
  writeFileSync(file('sshd_config'), `${settings.join('\n')}\n`)
  mkdirSync(file('bin'))
  const options = `-p ${port} -i ${file('user')} -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR`
  writeFileSync(file('bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F /dev/null ${options} "$@"\n`)
  chmodSync(file('bin/ssh'), 0o755)
  // Whatever becomes of this process, sshd ends: its shell waits for the end of a pipe.
  const script = 'exec 3<&0; /usr/sbin/sshd -D -f "$0" & sshd=$!; cat <&3 >/dev/null; kill $sshd'
  const daemon = spawn('sh', ['-c', script, file('sshd_config')], { stdio: ['pipe', 'ignore', 'ignore'] })
  const gone = once(daemon, 'exit')
  await untilListening(port)
  return {
    login: 'root@127.0.0.1',
    env: { ...process.env, PATH: `${file('bin')}:${process.env.PATH}` },
    async close() {
      daemon.stdin.end()
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function untilListening(port: number): Promise<void> {
  for (const deadline = performance.now() + 10_000; performance.now() < deadline; await setTimeout(20)) {
    const socket = connect(port, '127.0.0.1')
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isThere) return
  }
  throw new Error('sshd did not start')
}
