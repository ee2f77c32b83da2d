import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { bootDesktop, type Desktop, quit, until } from './boot.ts'
import {
  app,
  BrowserWindow,
  contextBridge,
  ipcMain,
  ipcRenderer,
  protocol,
  sender,
  session,
  shell,
} from './electron.ts'
import { loadPreload } from './page.ts'

/* Electron's own security checklist, point by point, on the door as main.ts opens it. */

let desktop: Desktop
let contents: BrowserWindow['webContents']
let preferences: NonNullable<BrowserWindow['options']['webPreferences']>

before(async () => {
  desktop = await bootDesktop()
  const window = desktop.window()
  contents = window.webContents
  preferences = window.options.webPreferences ?? {}
})
after(async () => {
  await quit()
  desktop.remove()
})

test('1: only our own secure content is loaded', async () => {
  assert.deepEqual(contents.loaded, ['app://anneal'])
  const answer = await until('the page', () => contents.lastAnswer)
  assert.equal(answer.status, 200)
  assert.match(await answer.text(), /<div id="root">/)
  const { blocked } = session.defaultSession
  assert.equal(blocked?.cancels, true)
  for (const scheme of ['http', 'https', 'ws', 'wss', 'file']) {
    assert.ok(
      blocked?.urls.some((pattern) => pattern.startsWith(`${scheme}://`)),
      scheme,
    )
  }
})

test('2: no Node in the page, its workers or its frames', () => {
  assert.equal(preferences.nodeIntegration, false)
  assert.equal(preferences.nodeIntegrationInWorker, false)
  assert.equal(preferences.nodeIntegrationInSubFrames, false)
})

test('3: the preload script has a context of its own', () => assert.equal(preferences.contextIsolation, true))

test('4: every renderer is sandboxed', () => {
  assert.equal(app.isSandboxed, true)
  assert.equal(preferences.sandbox, true)
})

test('5: permissions are denied, asked for or looked up, but text on the clipboard by our own page', () => {
  const { onPermission, onPermissionCheck, onDevice } = session.defaultSession
  const request = (permission: string, requestingUrl: string): boolean | undefined => {
    let answered: boolean | undefined
    onPermission?.(contents, permission, (granted) => (answered = granted), { requestingUrl })
    return answered
  }
  const all = [
    'media',
    'geolocation',
    'notifications',
    'midi',
    'midiSysex',
    'pointerLock',
    'fullscreen',
    'openExternal',
  ]
  const more = [
    'clipboard-read',
    'display-capture',
    'hid',
    'serial',
    'usb',
    'fileSystem',
    'idle-detection',
    'unknown',
  ]
  for (const permission of [...all, ...more]) {
    assert.equal(request(permission, 'app://anneal/'), false, permission)
    assert.equal(onPermissionCheck?.(contents, permission, 'app://anneal'), false, permission)
  }
  assert.equal(request('clipboard-sanitized-write', 'app://anneal/runs'), true)
  assert.equal(request('clipboard-sanitized-write', 'https://example.org/'), false)
  assert.equal(onPermissionCheck?.(contents, 'clipboard-sanitized-write', 'https://example.org'), false)
  assert.equal(onDevice?.({}), false)
})

test('6 and 8: web security stays on, and no insecure content runs', () => {
  assert.equal(preferences.webSecurity, true)
  assert.equal(preferences.allowRunningInsecureContent, false)
})

test('7: a content security policy goes with every answer', async () => {
  const handler = session.defaultSession.handlers.get('app')
  for (const address of ['app://anneal/', 'app://anneal/nothing.js', 'app://elsewhere/']) {
    const policy = (await handler?.(new Request(address)))?.headers.get('content-security-policy') ?? ''
    const rules = new Map(policy.split('; ').map((rule) => [rule.split(' ')[0], rule]))
    assert.equal(rules.get('default-src'), "default-src 'none'")
    assert.equal(rules.get('script-src'), "script-src 'self'")
    assert.equal(rules.get('connect-src'), "connect-src 'self'")
    assert.equal(rules.get('frame-ancestors'), "frame-ancestors 'none'")
    assert.equal(rules.get('base-uri'), "base-uri 'none'")
    assert.equal(rules.get('form-action'), "form-action 'none'")
  }
})

test('9 and 10: nothing experimental', () => {
  assert.equal(preferences.experimentalFeatures, false)
  assert.equal(preferences.enableBlinkFeatures, undefined)
})

test('11 and 12: no webviews', () => {
  assert.equal(preferences.webviewTag, false)
  let prevented = false
  contents.emit('will-attach-webview', { preventDefault: () => (prevented = true) }, {}, {})
  assert.equal(prevented, true)
})

test('13: it goes nowhere but to its own pages', () => {
  assert.equal(contents.navigate('app://anneal/runs/abc'), true)
  for (const address of [
    'http://example.org/',
    'file:///etc/passwd',
    'app://other/',
    'javascript:1',
    'data:text/html,x',
  ]) {
    assert.equal(contents.navigate(address), false, address)
  }
  assert.equal(contents.navigate('app://anneal/', false), false, 'a frame')
  let prevented = false
  contents.emit('will-redirect', { url: 'https://example.org/', preventDefault: () => (prevented = true) })
  assert.equal(prevented, true)
})

test('14 and 15: no new windows; https links go to the system, nothing else does', () => {
  shell.opened.length = 0
  for (const url of [
    'https://example.org/paper',
    'http://example.org/',
    'file:///bin/sh',
    'smb://host/x',
    'https://user:word@example.org/',
    'app://anneal/new',
    'no address',
  ]) {
    assert.deepEqual(contents.openHandler?.({ url }), { action: 'deny' })
  }
  contents.navigate('https://example.org/other')
  assert.deepEqual(shell.opened, ['https://example.org/paper', 'https://example.org/other'])
  assert.match(desktop.log(), /Refused to open file:\/\/\/bin\/sh/)
})

test('16: the Electron of the lock file is the one that was meant', () => {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  assert.match(devDependencies.electron, /^45\.\d+\.\d+$/)
})

test('17: what another frame, page or window asks is refused', async () => {
  const bridge = await loadPreload()
  const frames = [
    null,
    { origin: 'https://example.org', parent: null },
    { origin: 'app://anneal', parent: { origin: 'app://anneal', parent: null } },
  ]
  const ports: unknown[] = []
  ipcRenderer.on('anneal:port', () => ports.push(1))
  for (const frame of frames) {
    sender.frame = frame
    bridge.connect()
    await assert.rejects(bridge.chooseFile(), /Only the window itself/)
    await assert.rejects(bridge.revealDatabase(), /Only the window itself/)
  }
  sender.frame = undefined
  sender.contents = new BrowserWindow({}).webContents
  sender.contents.mainFrame.origin = 'app://anneal'
  await assert.rejects(bridge.chooseFolder(), /Only the window itself/)
  sender.contents = undefined
  BrowserWindow.all.at(-1)?.close()
  assert.deepEqual(ports, [])
  assert.deepEqual(shell.revealed, [])
})

test('18: a protocol of our own with no more rights than it needs, and no file addresses', async () => {
  assert.deepEqual(protocol.schemes, [
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
  const handler = session.defaultSession.handlers.get('app')
  for (const address of [
    'app://anneal/..%2f..%2fpackage.json',
    'app://anneal/%2e%2e/main/main.js',
    'app://anneal/.built-from',
  ]) {
    const answer = await handler?.(new Request(address))
    assert.ok(
      [403, 404].includes(answer?.status ?? 0) ||
        answer?.headers.get('content-type')?.startsWith('text/html'),
      address,
    )
  }
  assert.equal((await handler?.(new Request('app://other/')))?.status, 403)
})

test('20: the page gets plain functions, and no part of Electron', async () => {
  const bridge = await loadPreload()
  assert.deepEqual([...contextBridge.exposed.keys()], ['anneal'])
  assert.deepEqual(Object.keys(bridge).sort(), [
    'chooseFile',
    'chooseFolder',
    'connect',
    'onMenu',
    'pathForFile',
    'platform',
    'revealDatabase',
    'setTheme',
    'versions',
  ])
  const received: unknown[][] = []
  const end = bridge.onMenu((...args) => received.push(args))
  ipcRenderer.emit('anneal:menu', { sender: ipcRenderer, ports: [] }, 'newRun')
  ipcRenderer.emit('anneal:menu', { sender: ipcRenderer, ports: [] }, 'whatever')
  end()
  ipcRenderer.emit('anneal:menu', { sender: ipcRenderer, ports: [] }, 'shortcuts')
  assert.deepEqual(received, [['newRun']])
  assert.deepEqual([...ipcMain.handlers.keys()].sort(), [
    'anneal:choose-file',
    'anneal:choose-folder',
    'anneal:reveal-database',
    'anneal:theme',
  ])
})

test('nothing leaves the machine: no dictionaries are fetched', () => {
  assert.equal(preferences.spellcheck, false)
  assert.equal(session.defaultSession.hasSpellChecker, false)
})
