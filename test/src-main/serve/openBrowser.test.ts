import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { openBrowser } from '../../../src-main/serve/openBrowser.ts'

/* Browsers are little scripts on a PATH of the test's own; what they were started with lies in a file each. */

const noScripts = process.platform !== 'linux' && 'the scripts stand for the browsers of Linux'
const home = mkdtempSync(path.join(tmpdir(), 'anneal-browser-'))
after(() => rmSync(home, { recursive: true, force: true }))
const address = 'http://127.0.0.1:7341/?token=abc&x=$(touch oops)'

let folders = 0
/** A PATH with these browsers, each ending with its status, or staying open. */
function pathWith(browsers: Readonly<Record<string, number | 'stays'>>): string {
  folders += 1
  const folder = path.join(home, String(folders))
  mkdirSync(folder)
  for (const [name, end] of Object.entries(browsers)) {
    const file = path.join(folder, name)
    const then = end === 'stays' ? 'exec /bin/sleep 5' : `exit ${end}`
    writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' "$@" > "$0.args"\n${then}\n`)
    chmodSync(file, 0o755)
  }
  return folder
}

async function startedWith(folder: string, name: string): Promise<string> {
  const file = path.join(folder, `${name}.args`)
  while (!existsSync(file) || readFileSync(file, 'utf8') === '') await setTimeout(5)
  return readFileSync(file, 'utf8')
}

const onLinux = (folder: string) => openBrowser(address, { PATH: folder, DISPLAY: ':7' }, 'linux')

test('a Chromium gets the address as an app of its own, never through a shell', {
  skip: noScripts,
}, async () => {
  const folder = pathWith({ chromium: 'stays', 'xdg-open': 0 })
  assert.equal(await onLinux(folder), 'Chromium')
  assert.equal(await startedWith(folder, 'chromium'), `--app=${address}\n`)
  assert.ok(!existsSync(path.join(folder, 'xdg-open.args')))
  assert.ok(!existsSync('oops'))
})

test('one that hands over to a running browser has opened it', { skip: noScripts }, async () => {
  const folder = pathWith({ 'google-chrome': 0 })
  assert.equal(await onLinux(folder), 'Google Chrome')
})

test('where there is no Chromium, or it fails, the default browser opens it', {
  skip: noScripts,
}, async () => {
  const folder = pathWith({ chromium: 1, 'google-chrome': 127, 'xdg-open': 0 })
  assert.equal(await onLinux(folder), 'the default browser')
  assert.equal(await startedWith(folder, 'xdg-open'), `${address}\n`)
  assert.ok(existsSync(path.join(folder, 'chromium.args')))
})

test('where nothing can open it, that is said', { skip: noScripts }, async () => {
  assert.equal(await onLinux(pathWith({})), undefined)
  assert.equal(await onLinux(pathWith({ 'xdg-open': 3 })), undefined)
})

test('without a display nothing is started', { skip: noScripts }, async () => {
  const folder = pathWith({ chromium: 'stays', 'xdg-open': 0 })
  assert.equal(await openBrowser(address, { PATH: folder }, 'linux'), undefined)
  assert.ok(!existsSync(path.join(folder, 'chromium.args')))
})

test('a folder that is not absolute is not looked into', { skip: noScripts }, async () => {
  const folder = pathWith({ chromium: 'stays' })
  assert.equal(await onLinux(path.relative(process.cwd(), folder)), undefined)
})
