import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tensorboardFile } from '../../../src-main/export/tensorboard.ts'
import { decode, records } from './eventFile.ts'

test('a reader of event files finds the version, then every point in order', () => {
  const points = Array.from({ length: 3000 }, (_, step) => ({
    step: step * 1000,
    wallTime: 1_700_000_000 + step / 8,
    values: [
      { tag: 'train/loss', value: step / 4 },
      { tag: 'schedule/learning_rate', value: -0.5 },
    ],
  }))
  const [first, ...rest] = records(Buffer.concat([...tensorboardFile(1_700_000_000, points)])).map(decode)
  assert.equal(first?.version, 'brain.Event:2')
  assert.equal(rest.length, points.length)
  for (const [i, { step, wallTime, values }] of points.entries()) {
    const wanted = values.map(({ tag, value }) => [tag, value])
    assert.deepEqual(rest[i], { step, wallTime, version: '', values: wanted })
  }
})
