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

const rows = [
  saved(1, { name: 'Zeta', testAccuracy: 0.9, scores: { bestSingleTestAccuracy: 0.88 } }),
  saved(2, { name: 'alpha', method: 'logitAverage', testAccuracy: null, valAccuracy: 0.7 }),
  saved(3, { name: 'Mid', testAccuracy: 0.95, scores: { bestSingleTestAccuracy: 0.949 } }),
].map(factsOf)

const order = (by: SavedColumn): number[] => sortedRows(rows, by).map(({ ensemble }) => ensemble.id)

test('the best stands first, and what is not known last', () => {
  assert.deepEqual(order('test'), [3, 1, 2])
  assert.deepEqual(order('gain'), [1, 3, 2])
  assert.deepEqual(order('validation'), [2, 1, 3])
  assert.deepEqual(order('created'), [3, 2, 1])
  assert.deepEqual(order('name'), [2, 3, 1])
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
