import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storageParts } from '../../../../src-renderer/pages/settings/storageParts.ts'

const counts = { runs: 1, snapshots: 2, metricPoints: 3, deletedRuns: 0, freeBytes: null }

test('the parts are all that is stored, once', () => {
  const parts = storageParts({ ...counts, databaseBytes: 100, snapshotBytes: 60, datasetBytes: 25 })
  assert.deepEqual(
    parts.map(({ bytes }) => bytes),
    [60, 40, 25],
  )
})

test('nothing is less than nothing, and what is not known is not zero', () => {
  const parts = storageParts({ ...counts, databaseBytes: 50, snapshotBytes: 60, datasetBytes: 0 })
  assert.equal(parts[1]?.bytes, 0)
  assert.ok(storageParts(undefined).every(({ bytes }) => bytes === undefined))
})
