import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { generate } from 'selfsigned'
import { joinRequest } from '../../../shared/worker/protocol.ts'
import { readWorkerFile } from '../../../src-main/agent/workerFile.ts'
import { openCore } from '../../../src-main/core.ts'
import { pack, unpack } from '../../../src-main/workerLink/packed.ts'
import { buildId } from '../../../src-main/workers/appBundle.ts'
import { type JoinInvitation, joinCommand } from '../../../src-main/workers/joinCommand.ts'
import { isThere } from '../agent/isThere.ts'

/*
 * The pasted command in a real shell, against a real HTTPS server with a certificate of its own. npm is a script that lays
 * down a "Node" which writes what it was started with: nothing is downloaded.
 */

const token = 'token-of-this-worker'
/** So much of the program as its installation needs: all of it comes from the real host alone. */
const program = JSON.stringify(
  ['package.json', 'src-main/agent/install.mjs', 'src-main/core.ts'].map((name) => [
    name,
    readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8'),
  ]),
)
const build = createHash('sha256').update(program).digest('hex')

describe('the command that makes a machine a worker', () => {
  let folder: string
  let server: Server
  let pin: string
  let asked: { method: string; url: string; bearer: string }[] = []
  let codes = new Set<string>()

  before(async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'anneal' }])
    pin = createHash('sha256').update(new X509Certificate(cert).raw).digest('hex')
    server = createServer({ key, cert }, async (request, response) => {
      const bearer = request.headers.authorization ?? ''
      asked.push({ method: request.method ?? '', url: request.url ?? '', bearer })
      if (request.url === '/v1/app') {
        response.writeHead(bearer === `Bearer ${token}` ? 200 : 401).end(gzipSync(program))
        return
      }
      const { code } = joinRequest.parse(unpack(Buffer.concat(await request.toArray())))
      if (!codes.delete(code)) {
        response.writeHead(403).end(pack({ reason: 'This invitation was used already.' }))
        return
      }
      response.end(pack({ workerId: 'abcd1234', name: 'box', token, build }))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(() => server.close())

  beforeEach(async () => {
    asked = []
    codes = new Set(['once'])
    // Spaces and quotes stand in real paths.
    folder = await mkdtemp(path.join(tmpdir(), "anneal o'join "))
    mkdirSync(path.join(folder, 'bin'))
    fakeNpm(laysDownNode)
    writeFileSync(path.join(folder, 'node'), fakeNode, { mode: 0o755 })
  })

  afterEach(async () => {
    for (const pid of agents.splice(0)) if (isThere(pid)) process.kill(pid, 'SIGKILL')
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  })

  /** Whatever was started in the background. */
  const agents: number[] = []

  function agentPid(): number | undefined {
    const file = own('worker.pid')
    return existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined
  }

  function fakeNpm(script: string): void {
    writeFileSync(path.join(folder, 'bin', 'npm'), `#!/bin/sh\n${script}`, { mode: 0o755 })
  }
  const laysDownNode = `
    case "$1" in
      ci) mkdir -p node_modules/node/bin; cp "$FAKE_NODE" node_modules/node/bin/node ;;
    esac`
  /** Writes what it is started with, and is then there until it is told to end. */
  const fakeNode = `#!/bin/sh
    [ "$1" = --version ] && exit
    printf '%s\\n' "$@" > "$MARK.new"; mv "$MARK.new" "$MARK"
    exec '${process.execPath}' -e 'setInterval(() => {}, 1e6)' -- "$@"`
  const own = (...parts: string[]): string => path.join(folder, 'home', ...parts)
  const invitation = (other: Partial<JoinInvitation> = {}): JoinInvitation => {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    return { host: '127.0.0.1', port, pin, code: 'once', name: 'box', ...other }
  }

  async function paste(command: string, env: NodeJS.ProcessEnv = {}) {
    const shell = spawn('/bin/sh', [], {
      env: {
        PATH: `${path.join(folder, 'bin')}:${path.dirname(process.execPath)}:/usr/bin:/bin`,
        HOME: folder,
        ANNEAL_WORKER_FOLDER: own(),
        MARK: path.join(folder, 'started'),
        FAKE_NODE: path.join(folder, 'node'),
        ...env,
      },
    })
    let said = ''
    for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (part) => (said += String(part)))
    shell.stdin.end(command)
    const [code] = await once(shell, 'close')
    const agent = /in the background as process (\d+)/.exec(said)?.[1]
    if (agent !== undefined) agents.push(Number(agent))
    return { code, said }
  }

  async function started(): Promise<string[]> {
    const mark = path.join(folder, 'started')
    for (const until = Date.now() + 10_000; !existsSync(mark) && Date.now() < until; ) await setTimeout(10)
    return readFileSync(mark, 'utf8').trimEnd().split('\n')
  }

  it('joins, installs the program of its host, and starts it', async () => {
    const { code, said } = await paste(joinCommand(invitation()))
    assert.equal(code, 0, said)
    assert.deepEqual(readWorkerFile(own()), {
      ...{ host: '127.0.0.1', port: invitation().port, pin },
      ...{ id: 'abcd1234', name: 'box', token },
    })
    assert.equal(statSync(own('worker.json')).mode & 0o777, 0o600)
    assert.equal(readFileSync(own('current'), 'utf8').trim(), build)
    assert.equal(
      readFileSync(own('app', build, 'src-main', 'core.ts'), 'utf8'),
      readFileSync(new URL('../../../src-main/core.ts', import.meta.url), 'utf8'),
    )
    assert.deepEqual(readdirSync(own('app')), [build])
    const main = own('app', build, 'src-main', 'cli', 'main.ts')
    assert.deepEqual(await started(), [main, 'worker', '--folder', own()])
    assert.doesNotMatch(said, /token|once/)
    assert.match(said, /box is a worker of 127\.0\.0\.1 now/)
  })

  it('goes on where it was when the packages could not be installed, with the same command', async () => {
    fakeNpm('[ "$1" = --version ] || { echo "npm error code EAI_AGAIN" >&2; exit 1; }')
    const first = await paste(joinCommand(invitation()))
    assert.equal(first.code, 1)
    assert.match(first.said, /npm cannot reach its registry from this machine/)
    assert.deepEqual(readdirSync(own('app')), [], 'half an installation stays')
    fakeNpm(laysDownNode)
    const second = await paste(joinCommand(invitation()))
    assert.equal(second.code, 0, second.said)
    assert.deepEqual(
      asked.map(({ url }) => url),
      ['/v1/join', '/v1/app', '/v1/app'],
    )
  })

  it('joins again with another code, keeping the build that is there', async () => {
    await paste(joinCommand(invitation()))
    codes.add('twice')
    fakeNpm('[ "$1" = --version ]')
    const { code, said } = await paste(joinCommand(invitation({ code: 'twice' })))
    assert.equal(code, 0, said)
  })

  it('starts no second agent in its folder, and ends the one of an earlier invitation', async () => {
    await paste(joinCommand(invitation()))
    await started()
    const first = agentPid()
    const same = await paste(joinCommand(invitation()))
    assert.equal(same.code, 0, same.said)
    assert.match(same.said, new RegExp(`is a worker of 127.0.0.1 already, as process ${first}`))
    assert.equal(agentPid(), first)
    rmSync(path.join(folder, 'started'))
    codes.add('twice')
    const { code, said } = await paste(joinCommand(invitation({ code: 'twice' })))
    assert.equal(code, 0, said)
    assert.match(said, new RegExp(`Ending the worker that runs here as process ${first}`))
    await started()
    assert.notEqual(agentPid(), first)
    assert.ok(first !== undefined && !isThere(first), 'two agents in one folder')
  })

  it('sends nothing to a host with another certificate', async () => {
    const { code, said } = await paste(joinCommand(invitation({ pin: '0'.repeat(64) })))
    assert.equal(code, 1)
    assert.match(said, /is not the host of this invitation .* nothing was sent/)
    assert.deepEqual(asked, [])
  })

  const refusals: [what: string, is: RegExp, how: () => Promise<{ said: string; code: unknown }>][] = [
    [
      'a code that was used',
      /This invitation was used already\./,
      () => paste(joinCommand(invitation({ code: 'old' }))),
    ],
    [
      'a host that is away',
      /cannot be reached from here \(ECONNREFUSED\)/,
      () => paste(joinCommand(invitation({ port: 1 }))),
    ],
    [
      'a machine without npm',
      /needs npm, and none is found/,
      () => paste(joinCommand(invitation()), { PATH: nodeAlone() }),
    ],
    [
      'a full disk',
      /The disk of .* is full/,
      () => {
        fakeNpm('[ "$1" = --version ] || { echo "npm error code ENOSPC" >&2; exit 1; }')
        return paste(joinCommand(invitation()))
      },
    ],
    [
      'a folder of a worker of another host',
      /belongs to a worker of another host \(elsewhere:7342\)/,
      () => {
        mkdirSync(own())
        writeFileSync(
          own('worker.json'),
          JSON.stringify({ host: 'elsewhere', port: 7342, pin: 'f'.repeat(64) }),
        )
        return paste(joinCommand(invitation()))
      },
    ],
  ]
  for (const [what, is, how] of refusals)
    it(`says of ${what} what to do, in a sentence`, async () => {
      const { said, code } = await how()
      assert.equal(code, 1, said)
      assert.match(said, is)
      assert.doesNotMatch(said, /\n\s+at |npm error/, 'more than a sentence')
    })

  /** A folder with this Node, the shell's programs, and nothing else. */
  function nodeAlone(): string {
    const alone = path.join(folder, 'alone')
    mkdirSync(alone)
    writeFileSync(path.join(alone, 'node'), `#!/bin/sh\nexec '${process.execPath}' "$@"\n`, { mode: 0o755 })
    return alone
  }

  it('is what "workers add" prints, and works with the real host', async () => {
    const home = path.join(folder, 'lab')
    const env = { ANNEAL_WORKERS_PORT: '0' }
    const core = openCore({ home, db: path.join(home, 'anneal.db'), env })
    try {
      await core.workers.listen()
      const added = await core.workers.add({ name: 'box', address: '127.0.0.1' })
      const { code, said } = await paste(added.command)
      assert.equal(code, 0, said)
      const [worker] = (await core.workers.info()).workers
      assert.deepEqual([worker?.name, worker?.state], ['box', 'joined'])
      assert.equal(readWorkerFile(own()).id, added.worker.id)
      assert.deepEqual(readdirSync(own('app')), [await buildId()])
      const late = await paste(added.command, { ANNEAL_WORKER_FOLDER: path.join(folder, 'other') })
      assert.equal(late.code, 1)
      assert.match(late.said, /This command was used already/)
    } finally {
      await core.close()
    }
  })

  it('holds nothing that an interactive shell would expand from its history', () => {
    assert.doesNotMatch(joinCommand(invitation()), /![^=]/)
  })

  it('says on an older Node which one is needed', async () => {
    const older = joinCommand(invitation()).replace(
      'process.versions.node, 10) < 20',
      'process.versions.node, 10) < 99',
    )
    const { said, code } = await paste(older)
    assert.equal(code, 1)
    assert.match(said, /a worker needs 20 or later/)
  })
})
