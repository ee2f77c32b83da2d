import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { workerAbout } from '../../../shared/worker/protocol.ts'
import { aboutThisMachine } from '../../../src-main/agent/about.ts'

test('what a worker says of itself is what its host reads', async () => {
  const slots = [{ id: 0, classes: ['processor' as const], device: 'processor' }]
  const about = workerAbout.parse(await aboutThisMachine(tmpdir(), slots))
  assert.ok(about.diskFree !== null && about.diskFree > 0)
  assert.deepEqual(about.slots, slots)
  assert.equal((await aboutThisMachine(path.join(tmpdir(), 'not', 'there'), slots)).diskFree, null)
})
