import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EnsembleInfo } from '../../../../shared/api/ensembles.ts'
import {
  factsOf,
  matchesText,
  type SavedColumn,
  sortedRows,
} from '../../../../src-renderer/pages/ensembles/savedRows.ts'

function saved(id: number, given: Partial<EnsembleInfo>): EnsembleInfo {
  return {
    id,
    name: `ensemble ${id}`,
    method: 'average',
    members: [
      {
        snapshotId: 1,
        weight: 1,
        runId: 'a1',
        runName: 'Cosine',
        cycle: 1,
        valAccuracy: null,
        testAccuracy: null,
      },
    ],
    ...{ valAccuracy: null, testAccuracy: null, scores: {}, createdAt: id },
    ...given,
  }
}

/** A run whose second snapshot is the best on validation, but not on test. */
const runOf = (testAccuracy: number | null) => () => ({
  snapshots: [
    { id: 1, cycle: 1, step: 9, valAccuracy: 0.8, testAccuracy: 0.99 },
    { id: 2, cycle: 2, step: 19, valAccuracy: 0.9, testAccuracy },
  ],
})

const rows = [
  factsOf(saved(1, { name: 'Zeta', testAccuracy: 0.9 }), runOf(0.88)),
  factsOf(saved(2, { name: 'alpha', method: 'logitAverage', valAccuracy: 0.7 }), runOf(null)),
  factsOf(saved(3, { name: 'Mid', testAccuracy: 0.95 }), runOf(0.949)),
]

const order = (by: SavedColumn): number[] => sortedRows(rows, by).map(({ ensemble }) => ensemble.id)

test('the best stands first, and what is not known last', () => {
  assert.deepEqual(order('test'), [3, 1, 2])
  assert.deepEqual(order('gain'), [1, 3, 2])
  assert.deepEqual(order('validation'), [2, 1, 3])
  assert.deepEqual(order('created'), [3, 2, 1])
  assert.deepEqual(order('name'), [2, 3, 1])
})

test('a gain is over the best snapshot of the run, a member or not, chosen on validation', () => {
  assert.deepEqual([rows[0]?.bestTest, rows[0]?.bestChosenOn], [0.88, 'validation'])
  assert.equal(factsOf(saved(4, { testAccuracy: 0.9 }), () => undefined).gain, null, 'the run is not there')
})

test('a gain needs both scores', () => {
  assert.ok(Math.abs((rows[0]?.gain ?? 0) - 0.02) < 1e-12)
  assert.equal(rows[1]?.gain, null)
})

test('every word of the filter must stand in name, runs or method', () => {
  const found = (text: string): number[] =>
    rows.filter((row) => matchesText(row, text)).map(({ ensemble }) => ensemble.id)
  assert.deepEqual(found(''), [1, 2, 3])
  assert.deepEqual(found('zeta COSINE'), [1])
  assert.deepEqual(found('logit'), [2])
  assert.deepEqual(found('a1 mid'), [3])
  assert.deepEqual(found('nothing'), [])
})
