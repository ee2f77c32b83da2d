import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { createFiles, createServices } from '../../src-main/api/index.ts'
import { openCore } from '../../src-main/core.ts'
import { startServer } from '../../src-main/serve/server.ts'
import { launchBrowser } from './chromium.ts'

/*
 * Pictures of every page, to be looked at: node test/browser/screens.ts --home LAB --out FOLDER [--only run,compare]
 * The sizes that the window is designed for and the narrowest that it must stand, light and dark.
 */

const sizes = {
  wide: { width: 1440, height: 900 },
  small: { width: 1024, height: 700 },
  phone: { width: 480, height: 800 },
}
const schemes = ['light', 'dark'] as const
const studyKinds = ['sweep', 'budget', 'trunk'] as const

const { values } = parseArgs({
  options: {
    home: { type: 'string' },
    out: { type: 'string' },
    only: { type: 'string' },
    window: { type: 'string', default: path.join(import.meta.dirname, '../../out/renderer') },
  },
})
const { home, out, only } = values
if (home === undefined || out === undefined) throw new Error('give --home LAB and --out FOLDER')

const core = openCore({ home, db: path.join(home, 'anneal.db') })
const server = await startServer({
  services: createServices(core, 'browser'),
  files: createFiles(core),
  windowFolder: values.window,
  secret: () => 's'.repeat(43),
  port: 0,
  log: (line) => console.error(line),
})
const browser = await launchBrowser()
try {
  await mkdir(out, { recursive: true })
  await shootAll(browser, out)
} finally {
  await browser.close()
  await server.close()
  await core.close()
}

interface Shot {
  readonly name: string
  readonly address: string
  readonly before?: (page: Page) => Promise<void>
}

function shots(): Shot[] {
  const runs = core.store.read.summaries('current')
  const best = runs.find(({ snapshots }) => snapshots.length > 2) ?? runs[0]
  const failed = runs.find(({ status }) => status === 'failed')
  const test = runs.find(({ kind }) => kind === 'rateTest')
  const cut = runs.find(({ status }) => status === 'interrupted')
  const studies = core.store.read.studies()
  const ids = encodeURIComponent(JSON.stringify(runs.slice(0, 6).map(({ id }) => id)))
  const of = (name: string, run: typeof best): Shot[] =>
    run === undefined ? [] : [{ name, address: `/runs/${run.id}` }]
  const ensemble = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: /^Ensemble \d+ snapshots/ }).click()
    await page.waitForTimeout(600)
  }
  return [
    { name: 'runs', address: '/' },
    { name: 'new', address: '/new' },
    ...of('run', best),
    ...of('run-ensemble', best).map((shot) => ({ ...shot, before: ensemble })),
    ...of('rate-test', test),
    ...(test === undefined ? [] : [{ name: 'new-find', address: `/new?find=true&test=${test.id}` }]),
    ...of('run-failed', failed),
    ...of('run-interrupted', cut),
    ...(runs.length > 1 ? [{ name: 'compare', address: `/compare?ids=${ids}` }] : []),
    { name: 'ensembles', address: '/ensembles' },
    ...(best === undefined
      ? []
      : [
          {
            name: 'ensembles-workbench',
            address: `/ensembles?runs=${encodeURIComponent(JSON.stringify([best.id]))}`,
          },
        ]),
    { name: 'studies', address: '/studies' },
    { name: 'studies-new', address: '/studies/new' },
    ...studyKinds.flatMap((kind) => {
      const study = studies.find((each) => each.kind === kind)
      return study === undefined ? [] : [{ name: `studies-${kind}`, address: `/studies/${study.id}` }]
    }),
    { name: 'data', address: '/data' },
    { name: 'workers', address: '/workers' },
    { name: 'workers-add', address: '/workers?add=true' },
    { name: 'settings', address: '/settings' },
    { name: 'sql', address: '/sql' },
  ]
}

async function shootAll(within: Browser, folder: string): Promise<void> {
  const wanted = only?.split(',')
  const chosen = shots().filter(({ name }) => wanted === undefined || wanted.includes(name))
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of schemes) {
      const context = await within.newContext({ viewport, colorScheme, reducedMotion: 'reduce' })
      const page = await context.newPage()
      page.on('pageerror', ({ message }) => console.error(`${page.url()}: ${message}`))
      await page.goto(server.url)
      for (const { name, address, before } of chosen) {
        await page.goto(new URL(address, server.url).href)
        await page.waitForTimeout(1_500)
        await before?.(page).catch((error: unknown) => console.error(`${name}: ${error}`))
        await page.screenshot({ path: path.join(folder, `${name}-${size}-${colorScheme}.png`) })
      }
      await context.close()
    }
  }
}
