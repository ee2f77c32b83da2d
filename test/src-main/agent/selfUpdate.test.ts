import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import {
  builtFrom,
  install,
  installedBuild,
  removeOldBuilds,
  useBuild,
} from '../../../src-main/agent/builds.ts'
import { createSelfUpdate } from '../../../src-main/agent/selfUpdate.ts'
import { isThere } from './isThere.ts'

/* Real processes and the real installer; npm is a script that lays down this Node. */

const installer = readFileSync(new URL('../../../src-main/agent/install.mjs', import.meta.url), 'utf8')
const usual = `case "$1" in ci) mkdir -p node_modules/node/bin
  printf '#!/bin/sh\\nexec "%s" "$@"\\n' '${process.execPath}' > node_modules/node/bin/node; chmod +x node_modules/node/bin/node;; esac`

describe('a worker that becomes its host’s build', {
  skip: process.platform === 'win32' && 'a worker runs on Linux and macOS',
}, () => {
  const root = mkdtempSync(path.join(tmpdir(), 'anneal update '))
  const folder = path.join(root, 'worker of o’two')
  const bin = path.join(root, 'bin')
  const earlier = process.env.PATH
  before(() => {
    mkdirSync(bin)
    mkdirSync(folder)
    process.env.PATH = `${bin}${path.delimiter}${earlier}`
    npm(usual)
  })
  after(() => {
    process.env.PATH = earlier
    rmSync(root, { recursive: true, force: true })
  })

  function npm(script: string): void {
    writeFileSync(path.join(bin, 'npm'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  /** @param main what the build does when it is started */
  const bundle = (main: string): Buffer =>
    Buffer.from(
      JSON.stringify([
        ['package.json', '{"type":"module"}'],
        ['src-main/agent/install.mjs', installer],
        ['src-main/cli/main.ts', main],
      ]),
    )
  const signal = new AbortController().signal
  const current = (): string => readFileSync(path.join(folder, 'current'), 'utf8').trim()
  const builds = (): string[] => readdirSync(path.join(folder, 'app')).sort()

  it('installs it beside, and is it, as the same process', async () => {
    const json = bundle('console.log(JSON.stringify({ pid: process.pid, args: process.argv.slice(2) }))')
    writeFileSync(path.join(folder, 'host.gz'), gzipSync(json))
    const agent = spawn(
      process.execPath,
      [new URL('updatingAgent.ts', import.meta.url).pathname, folder, builtFrom(json)],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let [out, log] = ['', '']
    agent.stdout.on('data', (text) => (out += String(text)))
    agent.stderr.on('data', (text) => (log += String(text)))
    const [code] = await once(agent, 'close')
    assert.equal(code, 0, log)
    assert.deepEqual(JSON.parse(out), {
      pid: agent.pid,
      args: ['worker', '--folder', folder, '--slots', '2'],
    })
    assert.equal(current(), builtFrom(json))
    assert.match(log, /Installing the version of the host \([0-9a-f]{12}\) beside this one\./)
  })

  it('waits with it until nothing trains, and does nothing for its own build', async () => {
    const json = bundle('// the second')
    let fetched = 0
    const update = createSelfUpdate({
      folder,
      running: 'f'.repeat(64),
      fetchApp: async () => {
        fetched++
        return gzipSync(json)
      },
      say: () => undefined,
    })
    assert.equal(update.heard('f'.repeat(64), true), false)
    assert.equal(update.isDue, false)
    assert.equal(update.heard(builtFrom(json), false), false)
    assert.equal(update.isDue, true, 'what trains ends first, and no other run keeps it from its turn')
    assert.equal(fetched, 0)
    for (const until = Date.now() + 20_000; !update.heard(builtFrom(json), true); )
      if (Date.now() > until) assert.fail('it never got there')
      else await new Promise(setImmediate)
    assert.equal(fetched, 1)
    assert.equal(update.heard(builtFrom(json), false), false, 'a run has come meanwhile')
    await update.close()
  })

  it('takes runs again while one that could not be installed waits for another try', async () => {
    const said: string[] = []
    const update = createSelfUpdate({
      folder,
      running: 'f'.repeat(64),
      fetchApp: () => Promise.reject(new Error('the host is away')),
      say: (line) => said.push(line),
    })
    assert.equal(update.heard('e'.repeat(64), true), false)
    assert.equal(update.isDue, true)
    for (const until = Date.now() + 10_000; said.length === 0; await new Promise(setImmediate))
      assert.ok(Date.now() < until, 'it never gave up')
    assert.match(said[0] ?? '', /tried again later: the host is away/)
    await new Promise(setImmediate)
    assert.equal(update.isDue, false)
    await update.close()
  })

  it('stays what it is when the new one cannot be installed, and says why', async () => {
    const [before, there] = [current(), builds()]
    for (const [script, is] of [
      ['echo ENOSPC >&2; exit 1', /The disk of .* is full/],
      ['echo EAI_AGAIN >&2; exit 1', /npm cannot reach its registry/],
      ['mkdir -p node_modules/node/bin', /The Node that trains does not run on this machine/],
    ] as const) {
      npm(script)
      await assert.rejects(install(folder, bundle(`// ${script}`), signal), is)
    }
    npm(usual)
    await assert.rejects(install(folder, Buffer.from('[["../../out.ts","x"]]'), signal))
    await assert.rejects(install(folder, Buffer.from('[["src-main/../../../out.ts","x"]]'), signal))
    assert.deepEqual([current(), builds()], [before, there])
  })

  it('ends an installation with what it has started', async () => {
    npm('echo "$$" > "$MARK"; exec sleep 1000')
    const mark = path.join(root, 'npm.pid')
    process.env.MARK = mark
    const end = new AbortController()
    const installing = install(folder, bundle('// never'), end.signal)
    const until = Date.now() + 10_000
    while (!existsSync(mark) || readFileSync(mark, 'utf8') === '') {
      if (Date.now() > until) assert.fail('npm was never started')
      await new Promise(setImmediate)
    }
    const pid = Number(readFileSync(mark, 'utf8'))
    end.abort()
    await assert.rejects(installing)
    npm(usual)
    for (const late = Date.now() + 10_000; isThere(pid); await new Promise(setImmediate))
      assert.ok(Date.now() < late, 'npm goes on alone')
  })

  it('removes old builds, but none that a living process runs from', async () => {
    const [old, used] = [bundle('// old'), bundle('// used')]
    for (const each of [old, used, bundle('// new')]) await install(folder, each, signal)
    // An agent that has become another build is the same process.
    await useBuild(folder, builtFrom(old))
    await useBuild(folder, builtFrom(used))
    const dead = spawn(process.execPath, ['-e', ''])
    await once(dead, 'close')
    writeFileSync(path.join(folder, 'app', builtFrom(old), '.users', String(dead.pid)), '')
    mkdirSync(path.join(folder, 'app', `${'a'.repeat(64)}.part-${dead.pid}`))
    await removeOldBuilds(folder)
    assert.deepEqual(builds(), [builtFrom(bundle('// new')), builtFrom(used)].sort())
  })

  it('knows its build by where it lies', () => {
    const build = 'c'.repeat(64)
    assert.equal(installedBuild(path.join(folder, 'app', build)), build)
    assert.equal(installedBuild(path.join(folder, build)), undefined)
    assert.equal(installedBuild(), undefined)
  })
})
