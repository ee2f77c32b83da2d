import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Heap } from '../../../../src-main/engine/simd/heap.ts'
import { compileKernels } from '../../../../src-main/engine/simd/module.ts'
import { Pool } from '../../../../src-main/engine/simd/pool.ts'

test('the error of a kernel comes out of its dispatch, in whichever thread it was, and the next job is sound', async (t) => {
  const kernels = compileKernels('plain')
  assert.ok(kernels)
  const heap = new Heap(64 * 2 ** 20)
  const pool = new Pool(kernels.module, heap, 2)
  t.after(() => pool.close())
  const chunk = 2 ** 18
  const sound = heap.allocate(2 * chunk * 4)
  // The first half of the numbers fits into the memory as it is now, the second lies beyond its end.
  const across = heap.memory.buffer.byteLength - chunk * 4
  let message = ''
  for (let tries = 0; !message.startsWith('a kernel failed in a worker thread: ') && tries < 1000; tries++) {
    assert.throws(
      () => pool.dispatch('fill', [across, 1], 2 * chunk, chunk),
      (error) => {
        message = error instanceof Error ? error.message : ''
        return /memory access out of bounds$/.test(message)
      },
    )
    pool.dispatch('fill', [sound, tries], 2 * chunk, chunk)
    assert.equal(heap.floats(sound, 2 * chunk).at(-1), tries)
  }
  assert.match(message, /^a kernel failed in a worker thread: /)
})
