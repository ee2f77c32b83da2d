import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UserError } from '../../../shared/errors.ts'
import { type Candidate, selectEngine } from '../../../src-main/engine/select.ts'
import * as tf from '../../../src-main/engine/tf.ts'

const broken: Candidate = {
  name: 'wasm',
  load: () => Promise.reject(new Error('no WebAssembly in this process')),
}
const working: Candidate = {
  name: 'cpu',
  load: () => Promise.resolve({ device: 'JavaScript, 1 thread', strength: 'plain tfjs', memory: 1e9 }),
}

test('auto takes the fastest backend that starts and says why', async () => {
  const engine = await selectEngine('auto')
  assert.equal(engine.name, 'simd')
  assert.equal(tf.getBackend(), 'simd')
  assert.match(engine.device, /^WebAssembly SIMD, \d+ threads?$/)
  assert.match(engine.reason, /fastest one here/)
})

test('a setting of simd that means nothing is said, whatever other device there is', async (t) => {
  const before = { ...process.env }
  t.after(() => {
    process.env = before
  })
  for (const [name, value, rule] of [
    ['ANNEAL_THREADS', '0', /ANNEAL_THREADS must be a whole number from 1 to 999 \(received "0"\)/],
    ['ANNEAL_KERNELS', 'fast', /ANNEAL_KERNELS must be wide, relaxed or plain \(received "fast"\)/],
  ] as const) {
    process.env = { ...before, [name]: value }
    for (const device of ['auto', 'simd'] as const) {
      await assert.rejects(
        selectEngine(device),
        (error) => error instanceof UserError && rule.test(error.message),
      )
    }
    assert.equal((await selectEngine('cpu')).name, 'cpu')
  }
  process.env = { ...before, ANNEAL_KERNELS: 'plain' }
  assert.match((await selectEngine('simd')).reason, /without fused multiplication/)
})

test('auto goes on to the next one and names what was missing', async () => {
  const engine = await selectEngine('auto', { known: {} }, { among: [broken, working] })
  assert.equal(engine.name, 'cpu')
  assert.match(engine.reason, /wasm is not available \(no WebAssembly in this process\)/)
})

test('auto takes what the host has found to be the fastest, and goes on where that does not start', async () => {
  const slow: Candidate = { ...working, name: 'simd' }
  const all = [slow, broken, working]
  const advice = (order: ('cpu' | 'wasm')[]) => ({
    known: {},
    auto: { order, reason: 'the fastest: measured', passedBy: { simd: 'it was lost' } },
  })
  const first = await selectEngine('auto', advice(['cpu', 'wasm']), { among: all })
  assert.deepEqual([first.name, first.reason], ['cpu', 'the fastest: measured; plain tfjs'])
  const next = await selectEngine('auto', advice(['wasm']), { among: all })
  assert.equal(next.name, 'cpu')
  assert.match(
    next.reason,
    /^the fastest one left: plain tfjs; wasm is not available \(.*\); simd is passed by \(it was lost\)$/,
  )
  const byName = await selectEngine('simd', advice(['cpu']), { among: all })
  assert.equal(byName.name, 'simd')
})

test('auto never starts a driver in its own process that no other has started before', async () => {
  const driver: Candidate = { ...working, name: 'webgpu', mayCrash: true }
  assert.equal((await selectEngine('auto', { known: {} }, { among: [driver, working] })).name, 'cpu')
  const found = { available: true, rank: 0, device: 'a GPU', reason: 'it is there' } as const
  assert.equal(
    (await selectEngine('auto', { known: { webgpu: found } }, { among: [driver, working] })).name,
    'webgpu',
  )
  const software = { ...found, rank: -1, reason: 'it runs on no GPU' }
  const { name, reason } = await selectEngine(
    'auto',
    { known: { webgpu: software } },
    { among: [driver, working] },
  )
  assert.equal(name, 'cpu')
  assert.match(reason, /webgpu is passed by \(it runs on no GPU\)/)
})

test('a device asked for by name is never replaced by another', async () => {
  await assert.rejects(
    selectEngine('wasm', { known: {} }, { among: [broken, working] }),
    (error: unknown) => {
      assert.ok(error instanceof UserError)
      assert.match(error.message, /wasm is not available \(no WebAssembly in this process\); set "device"/)
      return true
    },
  )
  const engine = await selectEngine('cpu')
  assert.equal(tf.getBackend(), 'cpu')
  assert.match(engine.reason, /asked for/)
})

test('starting the wasm module leaves uncaught errors to the process', async () => {
  const before = process.listenerCount('uncaughtException')
  await selectEngine('wasm')
  assert.equal(process.listenerCount('uncaughtException'), before)
})
