import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nats } from '../../../shared/run/line.ts'

test('a height below what it is measured from is told without a sign', () => {
  const written = (value: number): string => value.toFixed(4)
  assert.equal(nats(-0.0443, written), '0.0443 nats below')
  assert.equal(nats(0.0443, written), '0.0443 nats above')
  assert.equal(nats(0, written), '0.0000 nats above')
})
