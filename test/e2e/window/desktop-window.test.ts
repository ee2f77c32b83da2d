import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { MessagePort } from 'node:worker_threads'
import type { Browser, Page } from 'playwright-core'
import { build } from '../../../.ci/build.ts'
import type { Services } from '../../../shared/api/services.ts'
import { createFiles, createServices } from '../../../src-main/api/index.ts'
import { type Core, openCore } from '../../../src-main/core.ts'
import { answerPort } from '../../../src-main/desktop/answerPort.ts'
import { createAnswer } from '../../../src-main/desktop/answerRequests.ts'
import '../../src-main/desktop/standIn.ts'
import { launchBrowser } from '../../browser/chromium.ts'
import { closePorts, MessageChannelMain } from '../../src-main/desktop/electron.ts'
import { type Lab, makeLab } from '../lab.ts'
import { eventually } from './support.ts'

/*
 * The built window as it is in the desktop app: files and headers from the app's own answers, procedures over a real
 * MessagePort of a real Chromium. Only Electron's own carrying of the two is missing; here the port's far end is relayed.
 */

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** Chromium alone does not know our scheme. */
const origin = 'http://anneal.localhost'

let lab: Lab
let core: Core
let browser: Browser
let page: Page
const log: string[] = []
const problems: string[] = []
const asked: string[] = []
const far = new Map<number, MessagePort>()
let services: Services

before(async () => {
  assert.ok(build(), 'the window could not be built')
  lab = makeLab()
  core = openCore({ home: lab.home, db: lab.database })
  services = createServices(core, 'desktop')
  const answer = createAnswer({
    files: createFiles(core),
    windowFolder: path.join(root, 'out', 'renderer'),
    log: (line) => log.push(line),
  })
  browser = await launchBrowser()
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  await context.route(`${origin}/**`, async (route) => {
    const found = await answer(new Request(route.request().url().replace(origin, 'app://anneal')))
    const headers = Object.fromEntries(found.headers)
    await route.fulfill({ status: found.status, headers, body: Buffer.from(await found.arrayBuffer()) })
  })
  page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('pageerror', ({ message }) => problems.push(message))
  await page.exposeFunction('toHost', (id: number, event: 'open' | 'message', data: unknown) => {
    if (event === 'open') far.set(id, relay(id))
    else far.get(id)?.postMessage(data)
  })
  await page.exposeFunction('askHost', (what: string) => void asked.push(what))
  await page.addInitScript(preload)
  await page.goto(`${origin}/`)
})
after(async () => {
  await browser.close()
  closePorts()
  await core.close()
  lab.remove()
})

/** Stands where Electron's preload stands, in the page's own world. */
const preload = `(() => {
  const ports = new Map()
  const listeners = new Set()
  let last = 0
  let isAway = false
  const later = []
  window.keepHostAway = (away) => {
    isAway = away
    if (!away) for (const connect of later.splice(0)) connect()
  }
  window.fromHost = (id, message) => ports.get(id)?.postMessage(message)
  const pagePorts = new Set()
  window.addEventListener('message', ({ ports: [port] }) => { if (port !== undefined) pagePorts.add(port) })
  // Electron tells a page's port that its far end is gone; this Chromium does not.
  window.loseHost = () => {
    for (const port of ports.values()) port.close()
    ports.clear()
    for (const port of pagePorts) port.dispatchEvent(new Event('close'))
    pagePorts.clear()
  }
  window.choose = (choice) => { for (const listener of listeners) listener(choice) }
  window.anneal = {
    platform: 'linux',
    versions: { electron: '45', chrome: '156' },
    connect() {
      if (isAway) return void later.push(() => this.connect())
      const { port1, port2 } = new MessageChannel()
      const id = ++last
      ports.set(id, port1)
      port1.addEventListener('message', ({ data }) => toHost(id, 'message', data))
      port1.start()
      void toHost(id, 'open').then(() => window.postMessage('anneal:port', location.origin, [port2]))
    },
    revealDatabase: () => askHost('reveal'),
    chooseFolder: async () => undefined,
    chooseFile: async () => undefined,
    pathForFile: ({ name }) => '/dropped/' + name,
    setTheme: (theme) => askHost(theme),
    onMenu(listener) { listeners.add(listener); return () => listeners.delete(listener) },
  }
})()`

/** Carries between the page's port and a port to the core. */
function relay(id: number): MessagePort {
  const { port1, port2 } = new MessageChannelMain()
  answerPort(port1, services, (line) => log.push(line))
  const far = port2.give()
  far.on('message', (message: string) => {
    page.evaluate(`fromHost(${id}, ${JSON.stringify(message)})`).catch(() => undefined)
  })
  return far
}

test('the built window works on the headers and the port of the desktop app', async () => {
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByText(lab.database).first().waitFor()
  assert.deepEqual(problems, [])
  assert.deepEqual(log, [])
})

test('the theme of the page goes to the frame', () => {
  assert.equal(asked[0], 'system')
})

test('its menu leads to a new run and to the shortcuts', async () => {
  await page.evaluate("choose('newRun')")
  await page.waitForURL(`${origin}/new`)
  await page.evaluate("choose('shortcuts')")
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await sheet.waitFor()
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'hidden' })
})

test('a page that lost its port goes on over the next one', async () => {
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  const launched = services.runs.launchDemo()
  const { name, id } = await launched
  await page.getByText(name).first().waitFor()
  await page.evaluate('keepHostAway(true)')
  const before = far.size
  for (const port of far.values()) port.close()
  await page.evaluate('loseHost()')
  await page.getByText(/^Not connected to Anneal; showing what was known at/).waitFor()
  await page.evaluate('keepHostAway(false)')
  await page.getByText(/^Not connected to Anneal/).waitFor({ state: 'detached' })
  await eventually('another port', async () => (far.size > before ? true : undefined))
  services.runs.annotate({ ids: [id], name: 'Named over the second port' })
  await page.getByText('Named over the second port').first().waitFor()
  await services.runs.command({ id, command: { type: 'stop', when: 'now' } })
  assert.deepEqual(problems, [])
})
