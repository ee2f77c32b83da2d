import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeDevices } from '../../../src-main/devices/timeDevices.ts'

const subject = { model: { kind: 'softmax' as const }, shape: [4], classes: 3, batchSize: 10 }
const milliseconds = 50
const forever = new AbortController().signal

test('a device that takes too long has failed, and the others are measured all the same', async () => {
  const { timings, isRefused } = await timeDevices(
    { names: ['cpu', 'wasm'], known: {}, subject, milliseconds },
    forever,
    1,
  )
  assert.deepEqual(timings, [
    { name: 'cpu', failure: 'its first steps had not ended after 0.001 s' },
    { name: 'wasm', failure: 'its first steps had not ended after 0.001 s' },
  ])
  assert.equal(isRefused, false)
})

test('a device that is not there has failed with its reason, which is not the model’s fault', async () => {
  const { timings, isRefused } = await timeDevices(
    { names: ['cuda', 'cpu'], known: {}, subject, milliseconds },
    forever,
  )
  const [cuda, cpu] = timings
  assert.ok(cuda !== undefined && 'failure' in cuda)
  assert.match(
    cuda.failure,
    /^While choosing the device: cuda is not available \(there is no TensorFlow: .*[^.]$/,
  )
  assert.ok(cpu !== undefined && 'stepMs' in cpu)
  assert.deepEqual([cpu.name, cpu.device, cpu.stepMs > 0], ['cpu', 'JavaScript, 1 thread', true])
  assert.equal(isRefused, false)
})

test('a model that every device refuses is at fault itself', async () => {
  const images = { ...subject, model: { kind: 'resnet' as const, depth: 8 } }
  const { timings, isRefused } = await timeDevices(
    { names: ['cpu'], known: {}, subject: images, milliseconds },
    forever,
  )
  assert.match(JSON.stringify(timings), /needs images/)
  assert.equal(isRefused, true)
})

test('nothing is told of what was given up', async () => {
  const end = new AbortController()
  const measured = timeDevices({ names: ['cpu'], known: {}, subject, milliseconds }, end.signal)
  end.abort()
  await assert.rejects(measured, { name: 'NoAnswer', why: 'cancelled' })
})
