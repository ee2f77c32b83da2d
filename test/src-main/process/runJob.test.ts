import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modelSpec } from '../../../shared/run/spec.ts'
import { NoAnswer } from '../../../src-main/process/noAnswer.ts'
import { runJob } from '../../../src-main/process/runJob.ts'

test('a job is answered, refused in words, or given up as late or cancelled', async () => {
  const answer = await runJob('probe', { device: 'cpu' })
  assert.ok(answer.available)
  const images = modelSpec.parse({ kind: 'resnet', depth: 8 })
  await assert.rejects(
    runJob('bench', { model: images, shape: [4], classes: 3, batchSize: 2, steps: 1, device: 'cpu' }),
    { name: 'UserError', message: /needs images/ },
  )
  const why = async (patience: Parameters<typeof runJob>[2]) =>
    runJob('probe', { device: 'cpu' }, patience).catch((error) => error instanceof NoAnswer && error.why)
  assert.equal(await why({ within: 1 }), 'late')
  const now = new AbortController()
  const cancelled = why({ signal: now.signal })
  now.abort()
  assert.equal(await cancelled, 'cancelled')
  assert.equal(await why({ signal: AbortSignal.abort() }), 'cancelled')
})
