import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from '../../.ci/build.ts'

/* `npm start` as a process, with an Electron and browsers that are little scripts. */

const noScripts = process.platform !== 'linux' && 'the scripts stand for the programs of Linux'
const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
const home = mkdtempSync(path.join(tmpdir(), 'anneal-start-'))
before(() => assert.ok(build(), 'the bundles could not be built'))
after(() => rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }))

let folders = 0
/** A folder with programs that write what they were started with, then do this. */
function programs(bodies: Readonly<Record<string, string>>): string {
  const folder = path.join(home, `programs-${++folders}`)
  mkdirSync(folder)
  for (const [name, body] of Object.entries(bodies)) {
    const file = path.join(folder, name)
    writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' "$@" > "$0.args"\n/usr/bin/env > "$0.env"\n${body}\n`)
    chmodSync(file, 0o755)
  }
  return folder
}

interface Started {
  readonly process: ChildProcess
  /** What it has said, standard output and error together. */
  said(pattern: RegExp): Promise<RegExpExecArray>
  readonly ended: Promise<{ code: unknown; text: string }>
}

function start(env: Readonly<Record<string, string>>, ...args: string[]): Started {
  const child = spawn(process.execPath, [path.join(root, '.ci', 'start.ts'), ...args], {
    env: { ANNEAL_HOME: path.join(home, 'lab'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const heard = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
      for (const listener of heard) listener()
    })
  }
  const ended = once(child, 'close').then(([code]) => ({ code, text }))
  return {
    process: child,
    ended,
    said: (pattern) =>
      Promise.race([
        new Promise<RegExpExecArray>((resolve) => {
          const look = (): void => {
            const found = pattern.exec(text)
            if (found !== null) resolve(found)
          }
          heard.add(look)
          look()
        }),
        ended.then(({ code }) => assert.fail(`it ended with ${code} before it said ${pattern}: ${text}`)),
      ]),
  }
}

test('it opens the desktop app of this checkout', { skip: noScripts }, async () => {
  const electron = programs({ electron: 'exit 0' })
  const env = { DISPLAY: ':7', ELECTRON_OVERRIDE_DIST_PATH: electron, ELECTRON_RUN_AS_NODE: '1', PATH: '' }
  const { code, text } = await start(env).ended
  assert.deepEqual([code, text], [0, ''])
  assert.equal(readFileSync(path.join(electron, 'electron.args'), 'utf8'), `${root}\n`)
  assert.doesNotMatch(readFileSync(path.join(electron, 'electron.env'), 'utf8'), /ELECTRON_RUN_AS_NODE/)
})

test('an Electron that cannot run here is said in a line, and a browser opens the same app', {
  skip: noScripts,
}, async () => {
  const electron = programs({ electron: 'echo "FATAL: no usable sandbox" >&2; exit 133' })
  const browsers = programs({ chromium: 'exit 0' })
  const env = { DISPLAY: ':7', ELECTRON_OVERRIDE_DIST_PATH: electron, PATH: browsers }
  const started = start(env)
  await started.said(
    /^No desktop window here \(Electron ended with status 133: FATAL: no usable sandbox\); opening Anneal in the browser instead\.\n/,
  )
  const [, printed = ''] = await started.said(/Anneal is at (\S+)\n/)
  await started.said(/Opened in Chromium/)
  const given = /--app=(\S+)/.exec(readFileSync(path.join(browsers, 'chromium.args'), 'utf8'))?.[1] ?? ''
  assert.notEqual(given, printed, 'the arguments of a program are no place for the lasting token')
  const visit = (address: string) => fetch(address, { redirect: 'manual' })
  assert.equal((await visit(given)).status, 303)
  assert.equal((await visit(given)).status, 403, 'it lets one browser in, once')
  const welcome = await visit(printed)
  assert.equal(welcome.status, 303)
  const cookie = (welcome.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const page = await fetch(new URL('/', printed), { headers: { cookie } })
  assert.match(await page.text(), /<div id="root">/)
  started.process.kill('SIGTERM')
  assert.equal((await started.ended).code, 0)
})

test('without a display no Electron is looked for, and the address is there to be opened', {
  skip: noScripts,
}, async () => {
  const electron = programs({ electron: 'exit 0', chromium: 'exit 0' })
  const started = start({ ELECTRON_OVERRIDE_DIST_PATH: electron, PATH: electron })
  await started.said(/^No desktop window here \(there is no display\)/)
  await started.said(/Anneal is at http:\/\/127\.0\.0\.1:\d+\/\?token=/)
  await started.said(/No browser could be opened here; open the address above/)
  started.process.kill('SIGTERM')
  await started.ended
  assert.ok(!existsSync(path.join(electron, 'electron.args')))
})

test('--no-open prints the address and starts nothing', { skip: noScripts }, async () => {
  const both = programs({ electron: 'exit 0', chromium: 'exit 0', 'xdg-open': 'exit 0' })
  const started = start({ DISPLAY: ':7', ELECTRON_OVERRIDE_DIST_PATH: both, PATH: both }, '--no-open')
  const [, address = ''] = await started.said(/^Anneal is at (\S+)\n/)
  assert.equal((await fetch(address, { redirect: 'manual' })).status, 303)
  started.process.kill('SIGTERM')
  const { text } = await started.ended
  assert.equal(text, `Anneal is at ${address}\n`)
  for (const name of ['electron', 'chromium', 'xdg-open'])
    assert.ok(!existsSync(path.join(both, `${name}.args`)))
})

test('an option it does not know is refused with what there is', async () => {
  const { code, text } = await start({}, '--port', '1').ended
  assert.equal(code, 2)
  assert.match(text, /^npm start opens Anneal; npm start -- --no-open prints the address/)
})
