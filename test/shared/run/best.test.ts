import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bestOf, type Scored } from '../../../shared/run/best.ts'

const at = (
  step: number,
  valAccuracy: number | null,
  testAccuracy: number | null = null,
  trainAccuracy: number | null = null,
): Scored => ({ step, valAccuracy, testAccuracy, trainAccuracy })

const shown = (evaluations: readonly Scored[], hasValidation = true) => {
  const best = bestOf(evaluations, hasValidation)
  return best && [best.evaluation.step, best.part, best.accuracy]
}

test('the highest validation accuracy, first of equals, however high the accuracy on other parts', () => {
  const epochs = [at(9, null, null, 0.99), at(19, 0.4, 0.9, 1), at(29, 0.6, 0.1, 1), at(39, 0.6, 0.9, 1)]
  assert.deepEqual(shown(epochs), [29, 'validation', 0.6])
  assert.deepEqual(shown(epochs.toReversed()), [29, 'validation', 0.6])
})

test('a cycle that ends in mid-epoch can be the best', () => {
  const epochs = [at(9, 0.5), at(19, 0.7)]
  const snapshots = [at(14, 0.8)]
  assert.deepEqual(shown([...epochs, ...snapshots]), [14, 'validation', 0.8])
})

test('by test only in a run without validation, by training only in one without both', () => {
  assert.deepEqual(shown([at(9, null, 0.5, 1), at(19, null, 0.6, 0.9)], false), [19, 'test', 0.6])
  assert.deepEqual(shown([at(9, null, 0.5), at(19, 0.1, 0.1)]), [19, 'validation', 0.1])
  assert.deepEqual(shown([at(9, null, null, 0.5), at(19, null, null, 0.5)], false), [9, 'training', 0.5])
})

test('a run that keeps a validation part has no best before its first evaluation', () => {
  assert.equal(shown([at(9, null, null, 0.99)]), undefined)
  assert.equal(shown([]), undefined)
})

test('in whatever order evaluations come, the best is the first of the highest', () => {
  const accuracy = fc.option(fc.integer({ min: 0, max: 4 }).map((n) => n / 4))
  const run = fc.array(fc.tuple(accuracy, accuracy, accuracy), { maxLength: 12 })
  fc.assert(
    fc.property(run, fc.boolean(), fc.func(fc.integer()), (rows, hasValidation, order) => {
      const evaluations = rows.map((row, step) => at(step, ...row))
      const shuffled = evaluations.toSorted((a, b) => order(a.step) - order(b.step))
      const column = ([0, 1, 2] as const).find((k) => rows.some((row) => row[k] !== null))
      const values = column === undefined ? [] : rows.map((row) => row[column] ?? -1)
      const wanted =
        column === undefined || (column === 2 && hasValidation)
          ? undefined
          : values.indexOf(Math.max(...values))
      assert.equal(bestOf(shuffled, hasValidation)?.evaluation.step, wanted)
    }),
  )
})
