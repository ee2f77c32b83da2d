import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StudyCellInfo, StudySummary } from '../../../shared/api/studies.ts'
import { applyStudyChange, emptyStudyWatch } from '../../../src-renderer/hooks/studyWatch.ts'
import { cellInfo } from '../../shared/study/cellInfos.ts'

const cell = (ordinal: number, steps = 0): StudyCellInfo => cellInfo({ ordinal, steps })

const study: StudySummary = {
  id: 's',
  name: 's',
  kind: 'sweep',
  status: 'active',
  reason: null,
  spec: {
    kind: 'sweep',
    base: {},
    objective: 'validationAccuracy',
    axes: [],
    search: { method: 'grid' },
  },
  slots: null,
  placement: null,
  note: '',
  counts: { total: 3, queued: 3, active: 0, completed: 0, failed: 0, other: 0 },
  best: null,
  createdAt: 0,
  endedAt: null,
}

test('rows replace rows by ordinal, others stay the same objects, and a step applied twice changes nothing', () => {
  const all = applyStudyChange(emptyStudyWatch, { study, cells: [cell(0), cell(1), cell(2)] })
  const news = { study, cells: [cell(1, 5)] }
  const next = applyStudyChange(all, news)
  assert.deepEqual(
    next.cells.map(({ ordinal, steps }) => [ordinal, steps]),
    [
      [0, 0],
      [1, 5],
      [2, 0],
    ],
  )
  assert.equal(next.cells[0], all.cells[0])
  assert.equal(next.cells[2], all.cells[2])
  assert.deepEqual(applyStudyChange(next, news), next)
  assert.equal(applyStudyChange(next, { study, cells: [] }).cells, next.cells)
})

test('later stages are put in their place', () => {
  const first = applyStudyChange(emptyStudyWatch, { study, cells: [cell(3), cell(0)] })
  const next = applyStudyChange(first, { study, cells: [cell(2), cell(1)] })
  assert.deepEqual(
    next.cells.map(({ ordinal }) => ordinal),
    [0, 1, 2, 3],
  )
})
