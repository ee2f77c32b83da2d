import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { Route } from 'playwright-core'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { eventually, makeWindowLab } from './support.ts'

/* Who gets in: the pages of the origin that the printed address led to, and no other program of this machine. */

const lab = await makeWindowLab()

const key = 'anneal-key'
const seen = z.object({ key: z.string().nullable(), fetched: z.string(), socket: z.string() })

test('a program on another port is sent the cookie of Anneal, and neither it nor its page gets in with it', async (t) => {
  const host = await lab.serve()
  let cookie = ''
  const other = createServer((request, response) => {
    cookie = request.headers.cookie ?? cookie
    response.setHeader('content-type', 'text/html')
    response.end('<h1>a notebook of another user</h1>')
  }).listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.after(() => other.close())
  const address: AddressInfo | string | null = other.address()
  const port = typeof address === 'object' ? address?.port : undefined

  const { page } = await lab.open(host)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  const kept = await page.evaluate(`localStorage.getItem('${key}')`)
  assert.match(String(kept), /^[\w-]{43}$/)
  assert.equal(new URL(page.url()).hash, '', 'the entry does not stay in the address')

  await page.goto(`http://127.0.0.1:${port}/`)
  assert.match(cookie, /^anneal-[0-9a-f]{8}=/, 'cookies know no ports')
  const origin = `http://127.0.0.1:${host.port}`
  const fromItsPage = await page.evaluate(`(async () => ({
    key: localStorage.getItem('${key}'),
    fetched: await fetch('${origin}/trpc/runs.list?input={}', { credentials: 'include' }).then((a) => 'answer ' + a.status, () => 'nothing'),
    socket: await new Promise((resolve) => {
      const socket = new WebSocket('ws://127.0.0.1:${host.port}/trpc')
      socket.onopen = () => resolve('open')
      socket.onerror = () => resolve('refused')
    }),
  }))()`)
  assert.deepEqual(seen.parse(fromItsPage), { key: null, fetched: 'nothing', socket: 'refused' })

  // The program itself can claim to be the window's own page; it has everything but the key.
  const claims = { cookie, origin, 'sec-fetch-site': 'same-origin' }
  const reads = [
    '/trpc/runs.list?input={}',
    '/trpc/datasets.browse?input={"path":""}',
    '/door/pass',
    '/download/runs/a/csv',
  ]
  for (const path of reads) assert.equal((await fetch(origin + path, { headers: claims })).status, 403, path)
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}/trpc`, ['anneal'], { headers: claims })
  socket.on('error', () => undefined)
  const [, answer] = await once(socket, 'unexpected-response')
  assert.equal(answer.statusCode, 403)
  socket.terminate()
  await host.stop()
})

test('a page that is left before it has its key is followed by one that gets it', async () => {
  const host = await lab.serve()
  const page = await lab.browser.newPage()
  const answered = async (route: Route): Promise<void> => {
    // The host hears it, and the page is gone before the answer comes.
    await route.fetch()
    await route.abort()
  }
  await page.route('**/door/key', answered, { times: 1 })
  await page.goto(host.url)
  await page.goto(`http://127.0.0.1:${host.port}/settings`)
  await page.getByRole('heading', { name: 'Settings' }).first().waitFor()
  await page.close()
  await host.stop()
})

test('a page stays let in: loaded anew, in a second tab, and when its host starts again', async () => {
  const host = await lab.serve()
  const { page, go } = await lab.open(host)
  const heading = () => page.getByRole('heading', { name: 'Settings' }).first()
  await go('/settings')
  await heading().waitFor()
  await page.reload()
  await heading().waitFor()
  const tab = await page.context().newPage()
  await tab.goto(`http://127.0.0.1:${host.port}/settings`)
  await tab.getByRole('heading', { name: 'Settings' }).first().waitFor()
  await tab.close()
  await host.kill()
  await page.getByText(/^Not connected to Anneal/).waitFor()
  const next = await lab.serve(host.port)
  await page.getByText(/^Not connected to Anneal/).waitFor({ state: 'detached' })
  await page.reload()
  await heading().waitFor()
  await next.stop()
})

test('after --new-key a page says that it is not let in, and is when its browser opens the new address', async () => {
  const host = await lab.serve()
  const { page } = await lab.open(host)
  const old = await page.evaluate(`localStorage.getItem('${key}')`)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await host.stop()
  const next = await lab.serve(host.port, '--new-key')
  await page.getByRole('heading', { name: 'This page is not let in' }).waitFor()
  await page.getByText(/open the whole address that "anneal serve" printed/).waitFor()
  const tab = await page.context().newPage()
  await tab.goto(next.url)
  await page.getByRole('heading', { name: 'This page is not let in' }).waitFor({ state: 'detached' })
  const fresh = await eventually('a new key', async () => {
    const found = await page.evaluate(`localStorage.getItem('${key}')`)
    return found === old ? undefined : found
  })
  assert.match(String(fresh), /^[\w-]{43}$/)
  await next.stop()
})
