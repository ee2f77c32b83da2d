import assert from 'node:assert/strict'
import { once } from 'node:events'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { openStore } from '../../src-main/store/index.ts'
import { cloudsSpec } from '../src-main/runs/lab.ts'
import { cloudsCsv, type Invocation, type Lab, makeLab, until } from './lab.ts'

/* `anneal serve` as a process, beside the command line on the same database. */

let lab: Lab
/** None outlives its test, whatever becomes of that. */
const hosts: Invocation[] = []

before(async () => {
  lab = makeLab()
  const folder = path.join(lab.home, 'window')
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>Anneal</title>')
  process.env.ANNEAL_WINDOW = folder
  const csv = lab.write('clouds.csv', cloudsCsv(300))
  assert.equal((await lab.run('datasets', 'import', csv, '--format', 'csv', '--label', 'cloud')).code, 0)
})
after(async () => {
  for (const { process: child, result } of hosts) {
    child.kill('SIGKILL')
    await result
  }
  lab.remove()
})

const served = z.object({ url: z.url() })

/** A page of it: what it asks, with its cookie. */
interface Page {
  readonly process: Invocation
  readonly port: number
  query(path: string, input: unknown): Promise<unknown>
  mutate(path: string, input: unknown): Promise<unknown>
  get(path: string): Promise<Response>
}

/** What a page shows of itself. */
type Proof = Readonly<Record<'cookie' | 'x-anneal-key', string>>

async function open(port = 0, proof?: Proof): Promise<Page & { readonly proof: Proof }> {
  const started = lab.start('serve', '--no-open', '--json', '--port', String(port))
  hosts.push(started)
  let printed = ''
  started.process.stdout?.on('data', (text: string) => {
    printed += text
  })
  await until('the address', () => printed.trimEnd().endsWith('}') || undefined)
  const { url } = served.parse(JSON.parse(printed))
  const { origin } = new URL(url)
  const own = proof ?? (await letIn(url))
  const get = (address: string) => fetch(origin + address, { headers: own })
  const result = async (answer: Response): Promise<unknown> => {
    const body = z
      .object({
        result: z.object({ data: z.unknown().optional() }).optional(),
        error: z.object({ message: z.string() }).optional(),
      })
      .parse(await answer.json())
    if (body.error !== undefined) throw new Error(body.error.message)
    return body.result?.data
  }
  return {
    process: started,
    port: Number(new URL(url).port),
    proof: own,
    get,
    query: async (name, input) =>
      result(await get(`/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`)),
    mutate: async (name, input) =>
      result(
        await fetch(`${origin}/trpc/${name}`, {
          method: 'POST',
          headers: { ...own, origin, 'content-type': 'application/json' },
          body: JSON.stringify(input),
        }),
      ),
  }
}

/** As a browser does: it keeps the cookie, and its page hands in the entry it is sent to. */
async function letIn(url: string): Promise<Proof> {
  const welcome = await fetch(url, { redirect: 'manual' })
  const cookie = welcome.headers.get('set-cookie')?.split(';')[0] ?? ''
  const body = welcome.headers.get('location')?.split('#entry=')[1] ?? ''
  const answer = await fetch(new URL('/door/key', url), { method: 'POST', headers: { cookie }, body })
  const { key } = z.object({ key: z.string() }).parse(await answer.json())
  return { cookie, 'x-anneal-key': key }
}

async function end({ process: { process: child, result } }: Page, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal)
  await result
}

const shownRun = z.object({
  id: z.string(),
  status: z.string(),
  stepsDone: z.number(),
  totalSteps: z.number(),
})
const shown = async (page: Page, id: string) => shownRun.parse(await page.query('runs.get', { id }))
const statusIs = (id: string, status: string) =>
  lab.watch(`run ${id} to be ${status}`, ({ read }) => read.run(id).status === status || undefined)

/** A log that another host of the lab followed, which is closed. */
function followed(): string {
  const log = path.join(lab.home, 'log')
  cpSync(new URL('../fixtures/tensorboard/restart', import.meta.url), log, { recursive: true })
  const store = openStore(path.join(lab.home, 'anneal.db'))
  store.write.follow({ path: log, name: null, tagRoles: {} })
  store.close()
  return log
}

const endless = cloudsSpec(100_000)

test('runs of the window and of the command line train side by side, and each can ask the other to stop', async () => {
  const log = followed()
  const page = await open()
  const run = await lab.watch('the followed log to be read', ({ read }) =>
    read
      .runs()
      .find(({ name, status, stepsDone }) => name === 'log' && status === 'running' && stepsDone === 71),
  )
  await page.mutate('elsewhere.unfollow', { path: log })
  await statusIs(run.id, 'stopped')
  assert.equal(await (await page.get('/runs/x')).text(), '<!doctype html><title>Anneal</title>')
  const ofWindow = shownRun.parse(await page.mutate('runs.launch', { spec: endless }))
  const trained = lab.start('train', '--spec', lab.write('run.json', JSON.stringify(endless)), '--json')
  const ofCli = await lab.watch('both runs to train', ({ read }) => {
    const running = read.runs({ status: 'running' }).filter(({ stepsDone }) => stepsDone > 0)
    return running.length === 2 ? running.find(({ id }) => id !== ofWindow.id) : undefined
  })
  assert.equal((await shown(page, ofCli.id)).status, 'running')
  assert.deepEqual(await page.mutate('runs.command', { id: ofCli.id, command: { type: 'pause' } }), {
    outcome: 'obeyed',
  })
  assert.equal((await shown(page, ofCli.id)).status, 'paused')
  assert.deepEqual(
    await page.mutate('runs.command', { id: ofCli.id, command: { type: 'stop', when: 'now' } }),
    {
      outcome: 'obeyed',
    },
  )
  assert.equal((await trained.result).code, 0)
  assert.equal((await lab.run('stop', ofWindow.id)).code, 0)
  assert.equal((await shown(page, ofWindow.id)).status, 'stopped')
  // What the command line queued, the window's host starts.
  const queued = await lab.run(
    'train',
    '--queue',
    '--spec',
    lab.write('short.json', JSON.stringify(cloudsSpec(1))),
    '--json',
  )
  assert.equal(queued.code, 0, queued.stderr)
  const { runId } = z.object({ runId: z.string() }).parse(JSON.parse(queued.stdout))
  await statusIs(runId, 'completed')
  await end(page, 'SIGINT')
})

test('a host that is killed leaves an interrupted run, and its page finds the next one with the same cookie and key', async () => {
  const page = await open()
  const { id } = shownRun.parse(await page.mutate('runs.launch', { spec: endless }))
  await lab.watch('the first step', ({ read }) => read.run(id).stepsDone > 0 || undefined)
  await end(page, 'SIGKILL')
  const next = await open(page.port, page.proof)
  assert.equal(next.port, page.port)
  assert.equal((await shown(next, id)).status, 'interrupted')
  await next.mutate('runs.resume', { id })
  assert.equal((await shown(next, id)).status, 'running')
  await end(next, 'SIGINT')
  await statusIs(id, 'interrupted')
})

test('a server that cannot start says why in one sentence', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address: AddressInfo | string | null = taken.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const refusals: [RegExp, ...string[]][] = [
    [/port \d+ is taken; choose another with --port\.\n$/, '--port', String(port)],
    [
      /--host 0\.0\.0\.0 would let other machines in; add --expose-to-network if that is meant/,
      '--host',
      '0.0.0.0',
    ],
    [
      /--expose-to-network|--host|not to be had/,
      '--host',
      '203.0.113.7',
      '--expose-to-network',
      '--port',
      '0',
    ],
    [/from 0 to 65535/, '--port', '70000'],
    [
      /--allow-folder \/no-such-folder is not a folder here; check the path\.\n$/,
      '--allow-folder',
      '/no-such-folder',
    ],
  ]
  for (const [sentence, ...options] of refusals) {
    const { code, stdout, stderr } = await lab.run('serve', '--no-open', ...options)
    assert.deepEqual([code, stdout], [2, ''], stderr)
    assert.match(stderr, sentence)
    assert.equal(stderr.trimEnd().split('\n').length, 1)
  }
  // Nor does one that finds its port taken take from the queue what it will not train.
  const queued = await lab.run(
    'train',
    '--queue',
    '--spec',
    lab.write('q.json', JSON.stringify(endless)),
    '--json',
  )
  const { runId } = z.object({ runId: z.string() }).parse(JSON.parse(queued.stdout))
  assert.equal((await lab.run('serve', '--no-open', '--port', String(port))).code, 2)
  const { status, attempt } = await lab.watch('the run', ({ read }) => read.run(runId))
  assert.deepEqual([status, attempt], ['queued', 0])
  taken.close()
  const { ANNEAL_WINDOW } = process.env
  process.env.ANNEAL_WINDOW = lab.home
  const { code, stderr } = await lab.run('serve', '--no-open', '--port', '0')
  process.env.ANNEAL_WINDOW = ANNEAL_WINDOW
  assert.equal(code, 2)
  assert.match(stderr, /^While starting the server: ANNEAL_WINDOW names a folder without index\.html .*\.\n$/)
})
