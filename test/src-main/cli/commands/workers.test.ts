import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { z } from 'zod'
import type { WorkerInfo } from '../../../../shared/api/workers.ts'
import { workersTable } from '../../../../src-main/cli/workersText.ts'
import { openStore } from '../../../../src-main/store/index.ts'
import { hashOf } from '../../../../src-main/workers/secrets.ts'
import { invokeHere } from '../testTerminal.ts'

const invitation = z.object({
  command: z.string(),
  validUntil: z.number(),
  worker: z.object({ id: z.string(), name: z.string(), state: z.string() }),
  listensAt: z.null(),
  addresses: z.array(z.string()).min(1),
})
const listed = z.object({
  workers: z.array(z.object({ id: z.string(), name: z.string(), state: z.string() })),
  patience: z.number(),
})

describe('anneal workers', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-workers-'))
  after(() => rmSync(home, { recursive: true, force: true }))
  const anneal = (...args: string[]) => invokeHere(home, ['workers', ...args])
  const add = async (...args: string[]) =>
    invitation.parse(JSON.parse((await anneal('add', ...args, '--json')).out))
  const list = async () => listed.parse(JSON.parse((await anneal('list', '--json')).out))
  const codeIn = (command: string): string => /"code":"([^"]+)"/.exec(command)?.[1] ?? ''
  /** As the host does for a worker that has sent its code. */
  function join(command: string): string {
    const store = openStore(path.join(home, 'anneal.db'))
    try {
      const token = `token-${Math.random()}`
      const worker = store.workers.join(hashOf(codeIn(command)), hashOf(token), Date.now())
      assert.ok(worker, 'the code is void')
      return token
    } finally {
      store.close()
    }
  }
  function isKnown(token: string): boolean {
    const store = openStore(path.join(home, 'anneal.db'))
    try {
      return store.workers.byToken(hashOf(token)) !== undefined
    } finally {
      store.close()
    }
  }

  it('says how to begin where there is none', async () => {
    const { code, out, err } = await anneal('list')
    assert.deepEqual([code, out], [0, ''])
    assert.match(err, /There is no worker\. Add one with: anneal workers add <name>/)
  })

  it('prints the command alone on standard output, and what else to know beside it', async () => {
    const { code, out, err } = await anneal('add', 'gpu-box')
    assert.equal(code, 0)
    assert.match(out, /^node --input-type=module - <<'ANNEAL'\n[\s\S]+\nANNEAL\n$/)
    assert.match(
      err.replace(/\s+/g, ' '),
      /works once, until \d{4}-.* --address; this machine has .* Nothing of this lab listens for workers yet.* where none is, start "anneal serve" first\..* there is none yet: start "anneal workers serve-queue" too\./,
    )
    assert.doesNotMatch(err, new RegExp(codeIn(out)))
  })

  it('makes a new command for one that has not joined, whose earlier code is void', async () => {
    const first = await add('again')
    const second = await add('again', '--address', '[fd00::7]:7000')
    assert.equal(second.worker.id, first.worker.id)
    assert.match(second.command, /"host":"fd00::7","port":7000/)
    assert.throws(() => join(first.command), /the code is void/)
    join(second.command)
  })

  it('gives a joined worker a new command where that is meant, and its token is void', async () => {
    const { command } = await add('twice')
    const token = join(command)
    const refused = await anneal('add', 'twice')
    assert.equal(refused.code, 2)
    assert.match(
      refused.err,
      /twice has joined already; give another name, or join it again with "anneal workers add twice --again"/,
    )
    assert.ok(isKnown(token), 'a refusal changes nothing')
    join((await add('twice', '--again')).command)
    assert.ok(!isKnown(token))
  })

  it('drains, welcomes and removes one by its name or id; the token of a removed one is void at once', async () => {
    const { command, worker } = await add('leaver')
    const token = join(command)
    const state = async () => (await list()).workers.find(({ id }) => id === worker.id)?.state
    assert.match((await anneal('drain', 'leaver')).err, /leaver takes no more runs\./)
    assert.equal(await state(), 'draining')
    assert.match((await anneal('welcome', worker.id.slice(0, 6))).err, /leaver takes runs again\./)
    assert.equal(await state(), 'joined')
    assert.ok(isKnown(token))
    assert.equal((await anneal('remove', 'leaver')).code, 0)
    assert.ok(!isKnown(token))
    assert.equal(await state(), undefined)
    const gone = await anneal('remove', 'leaver')
    assert.equal(gone.code, 2)
    assert.match(gone.err, /begin no id of a worker/)
  })

  it('keeps a patience within its bounds', async () => {
    assert.match((await anneal('patience', '90s')).err, /for 1 min 30 s\./)
    assert.equal((await list()).patience, 90_000)
    for (const wrong of ['30', '9s', '8d', '1.5h']) {
      const { code, err } = await anneal('patience', wrong)
      assert.equal(code, 2, wrong)
      assert.match(err, /While setting the patience/)
    }
    assert.equal((await list()).patience, 90_000)
  })

  it('refuses a name or an address that is none, and adds nothing', async () => {
    const before = await list()
    for (const args of [['Box'], ['box', '--address', 'a b'], ['box', '--again']]) {
      const { code, out } = await anneal('add', ...args)
      assert.deepEqual([code, out], [2, ''], args.join(' '))
    }
    assert.deepEqual(await list(), before)
  })

  it('shows what each one is, has and does', () => {
    const slot = (id: number, unusable?: string) => ({
      id,
      classes: ['cuda' as const],
      device: `NVIDIA H200 (GPU ${id})`,
      ...(unusable !== undefined && { unusable }),
    })
    const worker: WorkerInfo = {
      id: 'abcd1234',
      name: 'gpu-box',
      state: 'joined',
      reason: null,
      about: {
        hostname: 'gpu-box',
        platform: 'linux x64',
        processor: 'any',
        cores: 16,
        memory: 2 ** 37,
        node: '24.0.0',
        load: 0.42,
        diskFree: 5e11,
        slots: [
          { id: 0, classes: ['processor'], device: 'processor' },
          slot(1),
          slot(2),
          slot(3, 'somebody else fills it'),
        ],
      },
      joinedAt: 0,
      seenAt: 0,
      outOfTouchSince: null,
      isOfThisBuild: false,
      training: [{ runId: 'r', name: 'sgdr cycles', slot: 1, at: 'anyWorker' }],
    }
    const text = workersTable([worker], 200)
    for (const part of [
      'processor, 2 × NVIDIA H200, 1 not usable',
      'sgdr cycles',
      '42 %',
      '500 GB',
      'another, until it is idle',
    ])
      assert.ok(text.includes(part), `${part} is missing in\n${text}`)
    assert.match(text, /gpu-box, NVIDIA H200 \(GPU 3\): somebody else fills it/)
    const silent = workersTable(
      [{ ...worker, state: 'out', reason: 'two runs failed', outOfTouchSince: 0 }],
      200,
    )
    assert.match(silent, /out, out of touch since 19/)
    assert.match(silent, /gpu-box: two runs failed/)
    // Whoever has a token may say what he likes: none of it steers a terminal.
    const spiteful = workersTable([{ ...worker, reason: 'no\u001b[2Jthing\nworker ok' }], 200)
    assert.match(spiteful, /gpu-box: no\\u001b\[2Jthing worker ok/)
  })
})
