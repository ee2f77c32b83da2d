import assert from 'node:assert/strict'
import { after } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { z } from 'zod'
import { launchBrowser } from '../../browser/chromium.ts'
import { type Invocation, type Lab, makeLab } from '../lab.ts'

/*
 * The app as a user meets it in a browser: a real `anneal serve` on a home folder of its own, and a real browser that
 * opened the address it printed.
 */

export interface Host {
  /** With the token. */
  readonly url: string
  readonly port: number
  readonly pid: number | undefined
  /** Ends it as Ctrl+C does, and waits. */
  stop(): Promise<void>
  /** Ends it as a crash does, and waits. */
  kill(): Promise<void>
}

export interface Window {
  readonly page: Page
  /** Goes to one of the app's own addresses: "/new". */
  go(path: string): Promise<void>
  /** What the page's console called an error, or threw, so far. */
  readonly problems: readonly string[]
}

export interface WindowLab extends Lab {
  readonly browser: Browser
  /** @param port 0: any free one. Give the old one to bring a host back to where its pages look for it. */
  serve(port?: number, ...options: readonly string[]): Promise<Host>
  /** A window of its own (cookies, storage), let in by the token. */
  open(host: Host, options?: WindowOptions): Promise<Window>
}

export interface WindowOptions {
  readonly width?: number
  readonly height?: number
  readonly dark?: boolean
}

const served = z.object({ url: z.url() })

/** One for each test file: a browser takes a second to start. When the file's tests are over, whatever came of them, all of it ends. */
export async function makeWindowLab(): Promise<WindowLab> {
  const lab = makeLab()
  const browser = await launchBrowser()
  const hosts: Host[] = []
  after(async () => {
    await browser.close()
    for (const host of hosts) await host.stop()
    lab.remove()
  })
  return {
    ...lab,
    browser,
    async serve(port = 0, ...options) {
      const host = await startHost(lab, port, options)
      hosts.push(host)
      return host
    },
    open: (host, options = {}) => openWindow(browser, host, options),
  }
}

async function startHost(lab: Lab, port: number, options: readonly string[]): Promise<Host> {
  // What the tests import lies beside the database, and not in anybody's own folder.
  const readable = ['--allow-folder', lab.home]
  const started = lab.start('serve', '--no-open', '--json', '--port', String(port), ...readable, ...options)
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    started.process.kill(signal)
    await started.result
  }
  const url = await printedUrl(started)
  return {
    url,
    port: Number(new URL(url).port),
    pid: started.process.pid,
    stop: () => end('SIGINT'),
    kill: () => end('SIGKILL'),
  }
}

function printedUrl({ process: child, result, stderr }: Invocation): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.on('data', (piece: string) => {
      text += piece
      if (text.trimEnd().endsWith('}')) resolve(served.parse(JSON.parse(text)).url)
    })
    result.then(
      ({ code }) => reject(new Error(`anneal serve ended with ${code} before it listened: ${stderr()}`)),
      reject,
    )
  })
}

async function openWindow(browser: Browser, host: Host, options: WindowOptions): Promise<Window> {
  const { width = 1440, height = 900, dark = false } = options
  const context: BrowserContext = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  })
  context.setDefaultTimeout(30_000)
  const page = await context.newPage()
  const problems: string[] = []
  page.on('console', (message) => {
    // An estimate is refused while something trains, and the page says so; the browser notes every refusal by itself.
    const isRefusedEstimate = message.location().url.includes('/trpc/runs.estimate')
    if (message.type() === 'error' && !isRefusedEstimate) problems.push(message.text())
  })
  page.on('pageerror', ({ message }) => problems.push(message))
  await page.goto(host.url)
  return {
    page,
    problems,
    async go(path) {
      await page.goto(new URL(path, host.url).href)
    },
  }
}

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** The rules of these that look at colours: all others find in the dark what they find in the light. */
const ofColours = ['color-contrast', 'link-in-text-block']

/** Looks for what keeps people out: WCAG 2 A and AA, in the light and in the dark. */
export async function assertAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // In the page itself: there are no frames, which alone need a page of the judge's own.
    const axe = new AxeBuilder({ page }).setLegacyMode()
    const { violations } = await (colorScheme === 'light'
      ? axe.withTags(standards)
      : axe.withRules(ofColours)
    ).analyze()
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    const words = serious.map(
      ({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html }) => `  ${html}`).join('\n')}`,
    )
    assert.deepEqual(words, [], `in the ${colorScheme}, at ${page.url()}`)
  }
}

/** Waits until the page says so. @param read runs in this process */
export async function eventually<T>(what: string, read: () => Promise<T | undefined>): Promise<T> {
  let found: T | undefined
  const deadline = Date.now() + 30_000
  while (found === undefined) {
    if (Date.now() > deadline) throw new Error(`waited half a minute for ${what}`)
    found = await read()
    // What is read here without asking the page changes only when this process takes its messages.
    await nextTurn()
  }
  return found
}
