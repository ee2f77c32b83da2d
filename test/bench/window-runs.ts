/*
 * The runs page over 2,000 runs in a real browser and a real `anneal serve`: from navigation to rows that answer a key,
 * from a key in the filter to painted rows, and frames while scrolling. Build the window first.
 */
import { execFileSync } from 'node:child_process'
import type { CDPSession, Page } from 'playwright-core'
import { z } from 'zod'
import { launchBrowser } from '../browser/chromium.ts'
import { type Lab, makeLab } from '../e2e/lab.ts'
import { type Figure, percentile, report } from './store-support.ts'
import { addressOf, cpuOf, processorTimes, whenThere } from './windowBench.ts'

const RUNS = 2000
const openings = 5
const wheels = 120

/**
 * In the page, before anything of it: when rows were first painted, when "/" first put the cursor into the filter and the
 * frame after it was painted, how long after a key the rows of its filter were, and how long frames took.
 */
const watch = `(() => {
  const noted = { rows: 0, answered: 0, key: 0, painted: 0, frames: [], tasks: [] }
  Object.assign(window, { noted })
  const painted = (then) => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.onmessage = then
      channel.port2.postMessage(0)
    })
  }
  const opening = () => {
    if (document.querySelectorAll('[data-run]').length < 10) {
      requestAnimationFrame(opening)
      return
    }
    painted(() => {
      noted.rows = performance.now()
      dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true, cancelable: true }))
      painted(() => {
        const isThere = document.activeElement?.getAttribute('role') === 'combobox'
        noted.answered = isThere ? performance.now() : Number.NaN
      })
    })
  }
  requestAnimationFrame(opening)
  addEventListener('keydown', () => {
    noted.key = performance.now()
    new MutationObserver((_, observer) => {
      painted(() => {
        noted.painted = performance.now()
      })
      observer.disconnect()
    }).observe(document.querySelector('[role=grid]') ?? document.body, { subtree: true, childList: true, attributes: true })
  }, { capture: true })
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) noted.tasks.push(duration)
  }).observe({ type: 'longtask' })
  let before = performance.now()
  const frame = (now) => {
    noted.frames.push(now - before)
    before = now
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
})()`

const figures: Figure[] = []
const lab = makeLab()
seed(lab)
const browser = await launchBrowser()
const host = lab.start('serve', '--no-open', '--json', '--port', '0')
try {
  const url = await addressOf(host)
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  const problems: string[] = []
  page.on('pageerror', ({ message }) => problems.push(message))
  const session = await processorTimes(page)
  await page.addInitScript({ content: watch })
  await measureOpening(page, url, session)
  await measureFilter(page)
  await measureScrolling(page, session)
  if (problems.length > 0) throw new Error(`the window had problems: ${problems.join('; ')}`)
} finally {
  await browser.close()
  host.process.kill('SIGINT')
  await host.result
  lab.remove()
}
report(`The runs page with ${RUNS} runs`, figures)

/** By a process of its own, so that this one's memory is what a host beside the browser would leave it. */
function seed({ home }: Lab): void {
  const file = JSON.stringify(new URL('seedLab.ts', import.meta.url))
  const code = `import(${file}).then(({ seedLab }) => seedLab(${JSON.stringify(home)}, { runs: ${RUNS}, longRunSteps: 20000 }))`
  execFileSync(process.execPath, ['-e', code])
}

async function measureOpening(page: Page, url: string, session: CDPSession): Promise<void> {
  const rows: number[] = []
  const answered: number[] = []
  let cpu = Number.NaN
  for (let i = 0; i < openings; i++) {
    await page.goto(i === 0 ? url : new URL('/', url).href, { waitUntil: 'commit' })
    const { rows: there, answered: then } = z
      .object({ rows: z.number(), answered: z.number() })
      .parse(await whenThere(page, 'noted.answered !== 0 && noted'))
    cpu = await cpuOf(session)
    rows.push(there)
    answered.push(then)
  }
  figures.push(
    {
      name: 'from navigation to interactive, the first time since the host started',
      value: answered[0] ?? Number.NaN,
      unit: 'ms',
      atMost: 1000,
    },
    { name: 'from navigation to rows: median', value: percentile(rows, 0.5), unit: 'ms', atMost: 1000 },
    {
      name: 'from navigation to interactive: median',
      value: percentile(answered, 0.5),
      unit: 'ms',
      atMost: 1000,
    },
    { name: 'processor time of the page until then', value: cpu, unit: 'ms', atMost: 500 },
  )
}

/** Key by key; every key changes what the filter leaves. */
async function measureFilter(page: Page): Promise<void> {
  const times: number[] = []
  for (const text of ['resnet snap', 'best>0.88', 'study 12, run', '(model:mlp OR model:cnn) lr>0.05']) {
    const input = page.getByRole('combobox', { name: 'Filter runs' })
    await input.fill('')
    await page.waitForTimeout(400)
    await input.focus()
    for (const key of text) {
      await page.evaluate('window.noted.painted = 0')
      const before = await rowCount(page)
      await page.keyboard.press(key === ' ' ? 'Space' : key)
      if ((await rowCount(page)) === before) continue
      times.push(Number(await whenThere(page, 'noted.painted && noted.painted - noted.key')))
    }
  }
  figures.push(
    {
      name: `from a key to painted rows: median of ${times.length}`,
      value: percentile(times, 0.5),
      unit: 'ms',
      atMost: 100,
    },
    { name: 'from a key to painted rows: slowest', value: Math.max(...times), unit: 'ms', atMost: 100 },
  )
}

async function rowCount(page: Page): Promise<string | null> {
  return page.getByRole('grid', { name: 'Runs' }).getAttribute('aria-rowcount')
}

async function measureScrolling(page: Page, session: CDPSession): Promise<void> {
  await page.getByRole('combobox', { name: 'Filter runs' }).fill('')
  await page.waitForTimeout(500)
  await page.mouse.move(700, 500)
  await page.evaluate('window.noted.frames.length = 0; window.noted.tasks.length = 0')
  const before = await cpuOf(session)
  for (let i = 0; i < wheels; i++) await page.mouse.wheel(0, 400)
  await page.waitForTimeout(300)
  const cpu = (await cpuOf(session)) - before
  const { frames, tasks } = z
    .object({ frames: z.array(z.number()), tasks: z.array(z.number()) })
    .parse(await page.evaluate('window.noted'))
  figures.push(
    {
      name: `frames while scrolling over ${RUNS} rows: 95 %`,
      value: percentile(frames, 0.95),
      unit: 'ms',
      atMost: 50,
    },
    {
      name: 'processor time of the page per turn of the wheel, ten rows',
      value: cpu / wheels,
      unit: 'ms',
      atMost: 30,
    },
    { name: 'frames while scrolling: slowest', value: Math.max(...frames), unit: 'ms' },
    { name: 'tasks over 50 ms while scrolling', value: tasks.length, unit: 'tasks', atMost: 2 },
  )
}
