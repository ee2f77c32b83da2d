/*
 * A workbench of 300 snapshots in a real browser, over a real `anneal serve`: 10,000 test and 10,000 validation examples of
 * 10 classes each, 240 MB of stored predictions. How long from going to its address until every member stands with its own
 * score, until the accuracy of the default ensemble stands, and until all of them are there for arithmetic; what the page
 * holds then and after it was left. Build the window first.
 */
import type { CDPSession, Page } from 'playwright-core'
import { z } from 'zod'
import { launchBrowser } from '../browser/chromium.ts'
import { makeLab } from '../e2e/lab.ts'
import { seedMembers } from './seedMembers.ts'
import { type Figure, report } from './store-support.ts'
import { openWindow } from './windowBench.ts'

const MEMBERS = 300
const EXAMPLES = 10_000
const CLASSES = 10

const stamps = z.object({ rows: z.number(), headline: z.number(), ready: z.number(), longest: z.number() })
const megabyte = 1e6
const lab = makeLab()
const { runId } = seedMembers(lab, { members: MEMBERS, examples: EXAMPLES, classes: CLASSES })
const browser = await launchBrowser()
const host = lab.start('serve', '--no-open', '--json', '--port', '0')
const figures: Figure[] = []
try {
  const { page, problems } = await openWindow(browser, host)
  await page.getByText(`${MEMBERS} snapshots`).first().waitFor()
  const session = await page.context().newCDPSession(page)
  const before = await heldBy(session)
  const times = await open(page)
  figures.push(
    { name: 'all members with their scores', value: times.rows, unit: 'ms', atMost: 1000 },
    { name: 'accuracy of the default ensemble', value: times.headline, unit: 'ms', atMost: 1000 },
    { name: 'everything there for arithmetic', value: times.ready, unit: 'ms' },
    { name: 'longest time the page stood still', value: times.longest, unit: 'ms' },
    { name: 'held by the page then', value: ((await heldBy(session)) - before) / megabyte, unit: 'MB' },
  )
  await page.getByRole('link', { name: 'Runs', exact: true }).first().click()
  await page.getByRole('grid').first().waitFor()
  if (problems.length > 0) throw new Error(`the window had problems: ${problems.join('; ')}`)
} finally {
  await browser.close()
  host.process.kill('SIGINT')
  await host.result
  lab.remove()
}
report(`Opening a workbench of ${MEMBERS} members`, figures)

/** Typed arrays lie outside of the script's heap: both are counted. */
async function heldBy(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  const usage = z
    .object({ usedSize: z.number(), backingStorageSize: z.number().optional() })
    .parse(await session.send('Runtime.getHeapUsage'))
  return usage.usedSize + (usage.backingStorageSize ?? 0)
}

/** Milliseconds from the step into its address, without a reload. */
async function open(page: Page): Promise<z.infer<typeof stamps>> {
  const address = `/ensembles?runs=${encodeURIComponent(JSON.stringify([runId]))}`
  return stamps.parse(
    await page.evaluate(`(async () => {
      const start = performance.now()
      const since = () => performance.now() - start
      let longest = 0
      let last = start
      history.pushState({}, '', ${JSON.stringify(address)})
      dispatchEvent(new PopStateEvent('popstate', { state: {} }))
      let rows, headline
      for (;;) {
        const boxes = document.querySelectorAll('input[type=checkbox][aria-label^="Member "]')
        if (boxes.length === ${MEMBERS} && /\\d\\s?%/.test(boxes[0].closest('tr').textContent)) rows ??= since()
        if (/\\d\\s?%/.test(document.querySelector('h3[tabindex="-1"]')?.textContent ?? '')) headline ??= since()
        const isReady = document.querySelector('section[aria-busy="false"] figure, section[aria-busy="false"] [aria-label="Scores: table"]')
        if (rows !== undefined && headline !== undefined && isReady) return { rows, headline, ready: since(), longest }
        await new Promise((done) => setTimeout(done, 1))
        longest = Math.max(longest, performance.now() - last)
        last = performance.now()
      }
    })()`),
  )
}
