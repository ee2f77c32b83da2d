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

test('auto goes on to the next one and names what was missing', async () => {
  const engine = await selectEngine('auto', {}, [broken, working])
  assert.equal(engine.name, 'cpu')
  assert.match(engine.reason, /wasm is not available \(no WebAssembly in this process\)/)
})

test('a device asked for by name is never replaced by another', async () => {
  await assert.rejects(selectEngine('wasm', {}, [broken, working]), (error: unknown) => {
    assert.ok(error instanceof UserError)
    assert.match(error.message, /wasm is not available \(no WebAssembly in this process\); set "device"/)
    return true
  })
  const engine = await selectEngine('cpu')
  assert.equal(tf.getBackend(), 'cpu')
  assert.match(engine.reason, /asked for/)
})

test('starting the wasm module leaves uncaught errors to the process', async () => {
  const before = process.listenerCount('uncaughtException')
  await selectEngine('wasm')
  assert.equal(process.listenerCount('uncaughtException'), before)
})
