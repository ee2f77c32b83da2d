/*
 * The ensemble of 20 snapshots in a real browser, over a real `anneal serve`: 10,000 test and 10,000 validation examples
 * of 10 classes. How long from unticking a member to the answer in the page, to the frame that shows it, and how long
 * the window is busy with what follows. Build the window first.
 */
import type { Page } from 'playwright-core'
import { z } from 'zod'
import { launchBrowser } from '../browser/chromium.ts'
import { makeLab } from '../e2e/lab.ts'
import { seedMembers } from './seedMembers.ts'
import { type Figure, percentile, report } from './store-support.ts'
import { openWindow } from './windowBench.ts'

const MEMBERS = 20
const EXAMPLES = 10_000
const CLASSES = 10
const TICKS = 60
/** The first ones compile the code they run. */
const WARM_UP = 10

const ticked = z.array(z.object({ answered: z.number(), painted: z.number(), settled: z.number() }))
const figures: Figure[] = []
const lab = makeLab()
const { runId } = seedMembers(lab, { members: MEMBERS, examples: EXAMPLES, classes: CLASSES })
const browser = await launchBrowser()
const host = lab.start('serve', '--no-open', '--json', '--port', '0')
try {
  const { page, problems } = await openWindow(browser, host)
  await page.goto(new URL(`/ensembles?runs=${JSON.stringify([runId])}`, page.url()).href)
  await page.getByRole('heading', { name: /test accuracy of 20 snapshots/ }).waitFor()
  for (const method of ['Average', 'Logit average']) {
    await page.getByText(method, { exact: true }).click()
    await measureTicks(page, method.toLowerCase())
  }
  if (problems.length > 0) throw new Error(`the window had problems: ${problems.join('; ')}`)
} finally {
  await browser.close()
  host.process.kill('SIGINT')
  await host.result
  lab.remove()
}
report(`Unticking one of ${MEMBERS} members`, figures)

/**
 * answered: from the click until the headline says it. painted: until the frame after that is done, up to a frame of it
 * waiting for the screen. settled: until nothing is left to do, what each member adds included.
 */
async function measureTicks(page: Page, method: string): Promise<void> {
  const all = ticked.parse(
    await page.evaluate(`(async () => {
      const boxes = [...document.querySelectorAll('input[type=checkbox][aria-label^="Member "]')]
      const headline = document.querySelector('h3[tabindex="-1"]')
      const frame = () => new Promise((done) => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = done
        port2.postMessage(0)
      }))
      const idle = () => new Promise((done) => requestIdleCallback(done))
      const times = []
      for (let i = 0; i < ${TICKS}; i++) {
        await idle()
        await frame()
        const told = new Promise((done) => {
          new MutationObserver((_, observer) => { observer.disconnect(); done(performance.now()) })
            .observe(headline, { subtree: true, childList: true, characterData: true })
        })
        const start = performance.now()
        boxes[(7 * (i >> 1)) % boxes.length].click()
        const answered = (await told) - start
        await frame()
        const painted = performance.now() - start
        // What follows begins a frame later.
        await frame()
        await idle()
        times.push({ answered, painted, settled: performance.now() - start })
      }
      return times
    })()`),
  )
  const warm = all.slice(WARM_UP)
  const middle = (pick: (one: (typeof all)[number]) => number, share: number): number =>
    percentile(warm.map(pick), share)
  figures.push(
    {
      name: `${method}: answered, median`,
      value: middle(({ answered }) => answered, 0.5),
      unit: 'ms',
      atMost: 16,
    },
    {
      name: `${method}: answered, 95 % within`,
      value: middle(({ answered }) => answered, 0.95),
      unit: 'ms',
      atMost: 50,
    },
    {
      name: `${method}: painted, median`,
      value: middle(({ painted }) => painted, 0.5),
      unit: 'ms',
      atMost: 33,
    },
    {
      name: `${method}: settled, median`,
      value: middle(({ settled }) => settled, 0.5),
      unit: 'ms',
      atMost: 100,
    },
  )
}
