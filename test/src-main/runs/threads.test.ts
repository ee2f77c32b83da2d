import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { threadsFor } from '../../../src-main/runs/threads.ts'

test('a run alone takes all threads, two share two', () => {
  assert.equal(threadsFor({ slots: 1, others: 0 }, 8), undefined)
  assert.deepEqual(
    [0, 1].map((others) => threadsFor({ slots: 2, others }, 2)),
    [1, 1],
  )
  assert.deepEqual(
    [0, 1, 2].map((others) => threadsFor({ slots: 3, others }, 8)),
    [3, 3, 2],
  )
})

test('whoever starts and ends when, the threads of those that train never add up to more than there are', () => {
  const scene = fc.record({
    slots: fc.integer({ min: 2, max: 8 }),
    spare: fc.integer({ min: 0, max: 24 }),
    /** Which of those that train ends; where there is none of that number, another begins. */
    moves: fc.array(fc.nat(12), { maxLength: 60 }),
  })
  fc.assert(
    fc.property(scene, ({ slots, spare, moves }) => {
      const all = slots + spare
      const training: number[] = []
      for (const move of moves) {
        if (move < training.length) training.splice(move, 1)
        else if (training.length < slots)
          training.push(threadsFor({ slots, others: training.length }, all) ?? all)
        const together = training.reduce((sum, threads) => sum + threads, 0)
        assert.ok(together <= all, `${training} of ${all}`)
        assert.ok(training.every((threads) => threads >= 1))
      }
    }),
  )
})
