import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { exportSchedule, findPreset } from '../../../shared/schedule/index.ts'
import { invokeHere } from './testTerminal.ts'

const home = mkdtempSync(path.join(tmpdir(), 'anneal-code-'))
after(() => rmSync(home, { recursive: true }))
const schedule = ['schedule', '--preset', 'sgdr-10-2', '--steps', '700', '--steps-per-epoch', '10']
const source = exportSchedule(findPreset('sgdr-10-2').spec, { totalSteps: 700, stepsPerEpoch: 10 }, 'keras')

test('--code prints the Python source, or writes it to a file', async () => {
  const printed = await invokeHere(home, [...schedule, '--code', 'keras'])
  assert.deepEqual([printed.code, printed.out], [0, source])
  const out = path.join(home, 'sgdr.py')
  const written = await invokeHere(home, [...schedule, '--code', 'keras', '--out', out, '--json'])
  assert.equal(written.code, 0, written.err)
  assert.equal(readFileSync(out, 'utf8'), source)
  assert.equal(JSON.parse(written.out).format, 'keras')
})

test('--code refuses other libraries, and another format beside it', async () => {
  const unknown = await invokeHere(home, [...schedule, '--code', 'mxnet'])
  assert.equal(unknown.code, 2)
  assert.match(unknown.err, /must be one of pytorch, keras, optax, tfjs/)
  const both = await invokeHere(home, [...schedule, '--code', 'optax', '--format', 'svg'])
  assert.equal(both.code, 2)
  assert.match(both.err, /either --code or --format/)
})

test('--from-pytorch takes a scheduler as text, and shows the place of what it cannot say', async () => {
  const text = 'w = LinearLR(o, 0.5, total_iters=2)\nscheduler = SequentialLR(o, [w, StepLR(o, 3)], [2])'
  const steps = ['--lr', '0.1', '--steps', '6']
  const printed = await invokeHere(home, ['schedule', '--from-pytorch', text, ...steps])
  assert.equal(printed.code, 0, printed.err)
  const rates = printed.out
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',')[1]))
  const wanted = [0.05, 0.075, 0.1, 0.1, 0.1, 0.01]
  for (const [step, rate] of wanted.entries()) assert.ok(Math.abs((rates[step] ?? 0) - rate) < 1e-12)
  const spec = await invokeHere(home, ['schedule', '--from-pytorch', text, ...steps, '--format', 'spec'])
  assert.equal(JSON.parse(spec.out).kind, 'sequence')
  const refused = await invokeHere(home, ['schedule', '--from-pytorch', 'StepLR(o, size=3)', ...steps])
  assert.equal(refused.code, 2)
  assert.match(refused.err, /line 1, column 16: StepLR has no size.*\n {2}StepLR\(o, size=3\)\n {17}\^/)
})
