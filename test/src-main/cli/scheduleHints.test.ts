import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { invokeHere } from './testTerminal.ts'
import { checkXml } from './xml.ts'

function setUp(t: TestContext, schedule: unknown) {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-hints-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const spec = path.join(home, 'schedule.json')
  writeFileSync(spec, JSON.stringify(schedule))
  const plan = (...args: string[]) => invokeHere(home, ['schedule', '--spec', spec, ...args])
  return { home, plan }
}

test('a budget that cuts the last cycle is told with the one that does not', async (t) => {
  const { plan } = setUp(t, { kind: 'sgdr', lrMax: 0.1, t0: 10, tMult: 2 })
  const cut = await plan('--steps', '1480', '--steps-per-epoch', '10')
  assert.equal(
    cut.err,
    'The budget cuts the last cycle short. Make the budget 150 epochs (1,500 steps) and its last cycle is whole.\n',
  )
  assert.equal((await plan('--steps', '1500', '--steps-per-epoch', '10')).err, '')
  assert.match((await plan('--steps', '148')).err, /Make the budget 150 steps and/)
})

test('a long summary is drawn in lines that end inside of the picture', async (t) => {
  const lengths = Array.from({ length: 12 }, (_, i) => i + 1)
  const pieces = lengths.map((length) => ({ schedule: { kind: 'cosine', lrStart: 0.1 }, length }))
  const { home, plan } = setUp(t, { kind: 'sequence', pieces })
  const file = path.join(home, 'plot.svg')
  const { code, err } = await plan('--steps', '78', '--format', 'svg', '--out', file)
  assert.equal(code, 0, err)
  const svg = readFileSync(file, 'utf8')
  checkXml(svg)
  const lines = [...svg.matchAll(/<text x="74" y="([\d.]+)"[^>]*font-size="13"[^>]*>([^<]*)</g)]
  const [summary = ''] = err.split('\nWrote')
  assert.equal(lines.map(([, , line]) => line).join(' '), summary.trim())
  assert.ok(lines.length > 1, svg.slice(0, 600))
  assert.ok(lines.every(([, , line = '']) => line.length <= 110))
  const heights = lines.map(([, y]) => Number(y))
  assert.ok(heights.every((y, i) => i === 0 || y === (heights[i - 1] ?? 0) + 18))
})
