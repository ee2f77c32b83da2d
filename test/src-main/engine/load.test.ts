import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadWasm } from '../../../src-main/engine/wasm/load.ts'

test('a wasm module that does not start leaves uncaught errors to the process all the same', async () => {
  // Not among the types of this environment. The test has a process of its own: nothing is put back.
  const wasm: unknown = Reflect.get(globalThis, 'WebAssembly')
  assert.ok(typeof wasm === 'object' && wasm !== null)
  assert.ok(Reflect.set(wasm, 'instantiate', () => Promise.reject(new Error('no memory for it'))))
  const listeners = () => [process.listeners('uncaughtException'), process.listeners('unhandledRejection')]
  const before = listeners()
  await assert.rejects(loadWasm())
  assert.deepEqual(listeners(), before)
})
