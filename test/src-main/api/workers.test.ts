import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { WorkerServices, WorkersInfo } from '../../../shared/api/workers.ts'
import { createWorkerServices } from '../../../src-main/api/workers.ts'

/* What the window is told of workers, from a service whose answer the test sets. */

const quiet: WorkersInfo = {
  workers: [],
  queue: { state: 'none', address: null, words: null, offers: 0 },
  address: null,
  problem: null,
  slurm: { isReady: false, words: null },
  patience: 1_800_000,
}

function lab() {
  let info = quiet
  const pokes: string[] = []
  const service: WorkerServices = {
    info: async () => info,
    add: async () => assert.fail('nobody adds one'),
    inviteAgain: async () => assert.fail('nobody is invited'),
    command: async () => undefined,
    setSettings({ patience }) {
      info = { ...info, patience }
    },
  }
  const pulse = { lab: 'lab', listen: () => () => undefined, poke: () => void pokes.push('poke') }
  return { services: createWorkerServices(service, pulse), pokes, set: (next: WorkersInfo) => (info = next) }
}

test('what changed is told once, what this host does itself at once, and the end with its signal', async () => {
  const { services, pokes, set } = lab()
  const ending = new AbortController()
  const updates = services.changes(undefined, ending.signal)[Symbol.asyncIterator]()
  const next = async () => (await updates.next()).value
  const first = await next()
  assert.deepEqual(first?.value, quiet)
  const waits = next()
  services.setSettings({ patience: 60_000 })
  const second = await Promise.race([waits, someTurns()])
  assert.ok(second !== undefined, 'before the next look')
  assert.equal(second?.value.patience, 60_000)
  assert.deepEqual(pokes, ['poke'])
  // What another program of the lab has done is seen at the next look.
  set({ ...quiet, patience: 70_000 })
  assert.equal((await next())?.value.patience, 70_000)
  const last = updates.next()
  ending.abort()
  assert.deepEqual(await last, { done: true, value: undefined })
})

test('after a break, what is known already is not told again', async () => {
  const { services, set } = lab()
  const [{ cursor }] = await firstOf(services.changes(undefined, undefined))
  const updates = services.changes(cursor, undefined)[Symbol.asyncIterator]()
  const next = updates.next()
  set({ ...quiet, patience: 90_000 })
  assert.equal((await next).value?.value.patience, 90_000)
  await updates.return?.()
})

async function firstOf<T>(updates: AsyncIterable<T>): Promise<[T]> {
  for await (const update of updates) return [update]
  return assert.fail('there was none')
}

/** Resolves as soon as all that needs no waiting has been done. */
async function someTurns(): Promise<undefined> {
  for (let i = 0; i < 20; i++) await setImmediate()
}
