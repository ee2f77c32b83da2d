/*
 * The page Mistakes in a real browser, over a real `anneal serve`: an ensemble of 10 members, 10,000 test and 10,000
 * validation examples of 10 classes. How long from the address to the numbers in the page. Build the window first.
 */
import { launchBrowser } from '../browser/chromium.ts'
import { makeLab } from '../e2e/lab.ts'
import { seedMembers } from './seedMembers.ts'
import { percentile, report } from './store-support.ts'
import { openWindow, whenThere } from './windowBench.ts'

const MEMBERS = 10
const VISITS = 7

const lab = makeLab()
const { snapshotIds } = seedMembers(lab, { members: MEMBERS, examples: 10_000, classes: 10 })
const browser = await launchBrowser()
const host = lab.start('serve', '--no-open', '--json', '--port', '0')
const times: number[] = []
try {
  const { page, problems } = await openWindow(browser, host)
  const address = new URL(`/mistakes?members=${JSON.stringify(snapshotIds)}`, page.url()).href
  for (let visit = 0; visit < VISITS; visit++) {
    const start = performance.now()
    await page.goto(address, { waitUntil: 'commit' })
    await whenThere(page, `document.querySelector('[data-at="9 9"]')`)
    times.push(performance.now() - start)
  }
  if (problems.length > 0) throw new Error(`the window had problems: ${problems.join('; ')}`)
} finally {
  await browser.close()
  host.process.kill('SIGINT')
  await host.result
  lab.remove()
}
report(`Mistakes of ${MEMBERS} members, opened ${VISITS} times`, [
  { name: 'first numbers, median', value: percentile(times, 0.5), unit: 'ms', atMost: 1500 },
])
