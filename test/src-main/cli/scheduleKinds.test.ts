import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { scheduleKinds } from '../../../shared/schedule/index.ts'
import { invokeHere } from './testTerminal.ts'

function setUp(t: TestContext) {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-kinds-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  return (...args: string[]) => invokeHere(home, ['schedule', ...args])
}

test('every kind of schedule is listed, and said in full by its name', async (t) => {
  const schedule = setUp(t)
  const { out, code } = await schedule('--kinds')
  assert.equal(code, 0)
  for (const kind of scheduleKinds) assert.match(out, new RegExp(`\\b${kind}\\b`))
  const sgdr = await schedule('--kind', 'sgdr')
  assert.match(sgdr.out, /^ {2}tMult {2}.*\(default: 1\)$/m)
  assert.match(sgdr.out, /^ {2}t0 {2}.*\(must be given\)$/m)
  assert.match(sgdr.out, /^ {6}docsLoop: .+\.$/m)
})

test('a kind as data has every field with its default and its choices', async (t) => {
  const schedule = setUp(t)
  const { fields } = JSON.parse((await schedule('--kind', 'cosine', '--json')).out)
  assert.deepEqual(
    fields.find(({ field }: { field: string }) => field === 'afterEnd'),
    {
      field: 'afterEnd',
      label: 'After the end',
      help: 'What the rate does when the length is over and the run goes on.',
      unit: null,
      required: false,
      default: 'hold',
      choices: [
        { value: 'hold', help: 'The rate stays at its last.' },
        { value: 'mirror', help: 'The rate rises again as it fell, and falls again.' },
      ],
    },
  )
})

test('a kind that is none is refused with those there are', async (t) => {
  const { code, err } = await setUp(t)('--kind', 'sdgr')
  assert.equal(code, 2)
  assert.match(err, /there is no kind "sdgr" \(did you mean sgdr\?\); there are constant, .*warmup\./)
})
