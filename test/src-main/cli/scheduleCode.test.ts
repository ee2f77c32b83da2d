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
  assert.match(unknown.err, /must be one of pytorch, keras, optax/)
  const both = await invokeHere(home, [...schedule, '--code', 'optax', '--format', 'svg'])
  assert.equal(both.code, 2)
  assert.match(both.err, /either --code or --format/)
})
