import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Redis } from 'ioredis'
import { missingForMachines } from './missing.ts'
import { startRedis } from './redis.ts'

test('a Redis that was killed comes back with what it had stored', async (t: TestContext) => {
  const missing = missingForMachines('redis-server')
  if (missing !== undefined) return t.skip(missing)
  const first = await startRedis()
  t.after(first.close)
  const client = new Redis({ host: first.host, port: first.port })
  t.after(() => client.disconnect())
  await client.set('key', 'value')
  await first.kill()
  const second = await startRedis({ port: first.port, folder: first.folder })
  t.after(second.kill)
  assert.equal(await client.get('key'), 'value')
})
