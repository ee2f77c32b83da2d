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

test('a NaN is written as 0x7fc00000, whatever sign the processor gave it', () => {
  // Infinity less infinity on x86 has the sign bit set.
  const [signed] = new Float64Array(new BigUint64Array([0xfff8_0000_0000_0000n]).buffer)
  const points = [{ step: 1, wallTime: 1, values: [{ tag: 'train/loss', value: signed ?? 0 }] }]
  const file = Buffer.concat([...tensorboardFile(1, points)])
  // Field 2 of the value: four bytes, little-endian.
  assert.ok(file.includes(Buffer.from([0x15, 0x00, 0x00, 0xc0, 0x7f])))
})
