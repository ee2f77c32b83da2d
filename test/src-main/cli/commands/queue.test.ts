import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { invokeHere } from '../testTerminal.ts'

const queued = z.object({ runId: z.string() })
const listed = z.object({ queue: z.array(z.object({ runId: z.string(), name: z.string() })) })

test('the queue is listed in the order of its start, and a run of it can be moved', async (t) => {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-queue-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const anneal = (...args: string[]) => invokeHere(home, args)
  assert.match((await anneal('queue', 'list')).err, /No run waits/)

  const ids: string[] = []
  for (const name of ['one', 'two', 'three']) {
    const spec = path.join(home, `${name}.json`)
    writeFileSync(
      spec,
      JSON.stringify({ name, schedule: { kind: 'constant', lr: 0.1 }, budget: { epochs: 1 } }),
    )
    const { code, out, err } = await anneal('train', '--queue', '--spec', spec, '--json')
    assert.equal(code, 0, err)
    ids.push(queued.parse(JSON.parse(out)).runId)
  }
  const third = ids[2] ?? ''
  const names = (out: string) => listed.parse(JSON.parse(out)).queue.map(({ name }) => name)
  assert.deepEqual(names((await anneal('queue', 'list', '--json')).out), ['one', 'two', 'three'])
  const moved = await anneal('queue', 'move', third, '--to', 'first', '--json')
  assert.deepEqual(names(moved.out), ['three', 'one', 'two'])
  const { out } = await anneal('queue', 'move', third, '--to', 'later')
  assert.deepEqual(out.match(/\b(one|two|three)\b/g), ['one', 'three', 'two'])

  const wrong = await anneal('queue', 'move', third, '--to', 'top')
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /to: must be one of first, earlier, later, last \(received "top"\)/)
})
