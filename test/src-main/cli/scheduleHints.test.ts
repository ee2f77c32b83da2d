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
  assert.equal(
    (await plan('--steps', '148')).err,
    'An epoch is taken as 1 step: give --steps-per-epoch.\n' +
      'The budget cuts the last cycle short. Make the budget 150 steps and its last cycle is whole.\n',
  )
})

test('a long summary is drawn in lines that end inside of the picture', async (t) => {
  const lengths = Array.from({ length: 12 }, (_, i) => i + 1)
  const pieces = lengths.map((length) => ({ schedule: { kind: 'cosine', lrStart: 0.1 }, length }))
  const { home, plan } = setUp(t, { kind: 'sequence', pieces })
  const file = path.join(home, 'plot.svg')
  const { code, err } = await plan(
    '--steps',
    '78',
    '--steps-per-epoch',
    '1',
    '--format',
    'svg',
    '--out',
    file,
  )
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

const perStep = { kind: 'exponential', lr: 1, gamma: 0.9, unit: 'step' }
const recursive = { lr: 0.1, combine: 'recursive', factors: [perStep] }
const epochsMatter: [boolean, object][] = [
  [false, { kind: 'cosine', lrStart: 0.1 }],
  [true, { kind: 'cosine', lrStart: 0.1, length: 5 }],
  [false, { kind: 'cosine', lrStart: 0.1, length: 5, unit: 'step' }],
  [true, { kind: 'cosine', lrStart: 0.1, update: 'epoch' }],
  [true, { kind: 'plateau', lr: 0.1 }],
  [true, { kind: 'budgeted', lr: 0.1, granularity: 'epoch' }],
  [false, { kind: 'budgeted', lr: 0.1 }],
  [true, { kind: 'formula', expression: '0.1 / (1 + x)' }],
  [true, { kind: 'formula', expression: '0.1 / (1 + epoch)' }],
  [false, { kind: 'formula', expression: '0.1 * exp(-u)' }],
  [true, { kind: 'warmup', length: 1, schedule: { kind: 'constant', lr: 0.1 } }],
  [true, { kind: 'warmup', length: 1, unit: 'step', schedule: { kind: 'step', lr: 0.1, stepSize: 3 } }],
  [false, { kind: 'warmup', length: 1, unit: 'step', schedule: { kind: 'constant', lr: 0.1 } }],
  [false, { kind: 'sequence', pieces: [{ schedule: { kind: 'constant', lr: 0.1 } }] }],
  [true, { kind: 'chain', lr: 0.1, factors: [{ kind: 'exponential', lr: 1, gamma: 0.9 }] }],
  [true, { kind: 'chain', ...recursive, tick: 'epoch' }],
  [false, { kind: 'chain', ...recursive }],
]

for (const [matter, schedule] of epochsMatter) {
  test(`an assumed epoch is told${matter ? '' : ' only where it counts'}: ${JSON.stringify(schedule)}`, async (t) => {
    const { plan } = setUp(t, schedule)
    const { code, out, err } = await plan('--steps', '40')
    assert.equal(code, 0, err)
    assert.equal(err, matter ? 'An epoch is taken as 1 step: give --steps-per-epoch.\n' : '')
    const longer = await plan('--steps', '40', '--steps-per-epoch', '2')
    assert.equal(longer.err, '')
    // A plateau's epochs are those at whose ends it looks at a metric: its base rate is the same.
    if (JSON.stringify(schedule).includes('plateau')) return
    assert.equal(longer.out !== out, matter)
  })
}

test('a run is planned over its own budget, unless steps are given', async (t) => {
  const schedule = { kind: 'sgdr', lrMax: 0.1, t0: 1 }
  const { plan } = setUp(t, { schedule, budget: { epochs: 3 }, batchSize: 32, dataset: { name: 'absent' } })
  const planned = async (...args: string[]) => {
    const { code, out, err } = await plan('--json', ...args)
    assert.equal(code, 0, err)
    assert.equal(err, '')
    const { totalSteps, stepsPerEpoch, cycles } = JSON.parse(out)
    return [totalSteps, stepsPerEpoch, cycles.length]
  }
  assert.deepEqual(await planned('--steps-per-epoch', '70'), [210, 70, 3])
  assert.deepEqual(await planned('--steps-per-epoch', '70', '--steps', '140'), [140, 70, 2])
  const refused = await plan()
  assert.equal(refused.code, 2)
  assert.match(refused.err, /there is none called "absent"/)
})
