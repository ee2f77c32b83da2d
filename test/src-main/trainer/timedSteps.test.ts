import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeSteps } from '../../../src-main/trainer/timedSteps.ts'

/** A device that ends steps in order, some of them at once, as a GPU does whose answers come in bunches. */
function bunchingDevice(size: number) {
  const state = { begun: 0, most: 0 }
  let waiting: (() => void)[] = []
  const take = (step: number): Promise<void> => {
    assert.equal(step, state.begun++)
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.push(resolve)
    state.most = Math.max(state.most, waiting.length)
    if (waiting.length === size) {
      for (const end of waiting) end()
      waiting = []
    }
    return promise
  }
  return { take, state }
}

test('steps are counted after a warm-up in steps, one at a time', async () => {
  const { take, state } = bunchingDevice(1)
  const times = await timeSteps(take, { warmUp: { steps: 3 }, measured: { steps: 5 }, stepsAhead: 0 })
  assert.equal(times.length, 5)
  assert.equal(state.begun, 8)
  for (const { wall, processor } of times) assert.ok(wall >= 0 && processor >= 0)
})

test('where time has run out, one step is still measured after one that warms up', async () => {
  const { take, state } = bunchingDevice(1)
  const over = { milliseconds: 0 }
  const times = await timeSteps(take, { warmUp: over, measured: over, stepsAhead: 0 })
  assert.deepEqual([times.length, state.begun], [1, 2])
})

test('as many steps are under way as in a run, and all have ended when the times are told', async () => {
  const { take, state } = bunchingDevice(5)
  const times = await timeSteps(take, { warmUp: { steps: 5 }, measured: { steps: 12 }, stepsAhead: 4 })
  assert.equal(times.length, 12)
  // Four more than are counted: the first bunch after the warm-up must be whole.
  assert.equal(state.begun, 25)
  assert.equal(state.most, 5)
})

test('a step that fails ends it, whatever else is under way', async () => {
  const take = (step: number) =>
    step < 3 ? Promise.resolve() : Promise.reject(new Error(`step ${step} failed`))
  const span = { warmUp: { steps: 1 }, measured: { steps: 9 }, stepsAhead: 2 }
  await assert.rejects(timeSteps(take, span), /step 3 failed/)
})
