import type { Browser, CDPSession, Page } from 'playwright-core'
import { z } from 'zod'
import type { Invocation } from '../e2e/lab.ts'

/** Of a host begun with `serve --json`, as soon as it listens. */
export function addressOf({ process: child }: Invocation): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    child.stdout?.on('data', (piece: string) => {
      text += piece
      if (text.trimEnd().endsWith('}')) resolve(z.object({ url: z.url() }).parse(JSON.parse(text)).url)
    })
  })
}

/** A page that has opened the window of a host, and notes what breaks in it. */
export async function openWindow(
  browser: Browser,
  host: Invocation,
): Promise<{ readonly page: Page; readonly problems: readonly string[] }> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  const problems: string[] = []
  page.on('pageerror', ({ message }) => problems.push(message))
  await page.goto(await addressOf(host))
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
  return { page, problems }
}

/** The value of an expression of the page, once it is anything. */
export function whenThere(page: Page, expression: string): Promise<unknown> {
  return page.evaluate(`(async () => {
    for (;;) {
      const found = ${expression}
      if (found) return found
      await new Promise((done) => setTimeout(done, 5))
    }
  })()`)
}

/** A session that counts the processor's time, so that what else the machine does is no cost of the window. */
export async function processorTimes(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  return session
}

/** Milliseconds that the page's main thread has used since it was navigated to. @param session of processorTimes */
export async function cpuOf(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN)
}
