import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readmeWithKinds } from '../../.ci/readmeKinds.ts'

test('the README lists every kind of schedule with the fields that its schema has', () => {
  const { now, wanted } = readmeWithKinds()
  assert.equal(now, wanted, 'run node .ci/readmeKinds.ts')
})
