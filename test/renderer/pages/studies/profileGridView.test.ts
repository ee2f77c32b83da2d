import assert from 'node:assert/strict'
import { test } from 'node:test'
import { budgetBlocks } from '../../../../shared/study/budgetBlocks.ts'
import { profileGrid } from '../../../../shared/study/profileGrid.ts'
import { gridPlaces } from '../../../../src-renderer/pages/studies/budget/gridPlaces.ts'
import { gridTable, isGrid } from '../../../../src-renderer/pages/studies/budget/profileGridView.ts'
import { seedsOf } from '../../../shared/study/cellInfos.ts'

const score = { part: 'validation', of: 'accuracy' } as const
const four = profileGrid(0.1, ['linear', 'rex'], ['step', '50-75'])
const names = four.map(({ label }) => label ?? '')

test('schedules that are profiles by sampling rates are laid out as a table, the best hottest', () => {
  const placeOf = gridPlaces({ schedules: four })
  assert.ok(isGrid(names, placeOf))
  // Linear: 0.5 and 0.6; REX: 0.7 and 0.9.
  const cells = names.flatMap((name, i) => seedsOf(name, 1, [[0.5], [0.6], [0.7], [0.9]][i] ?? []))
  const [comparison] = budgetBlocks(cells, score)
  assert.ok(comparison !== undefined)
  const table = gridTable(comparison, placeOf, score)
  assert.deepEqual(table.rates, ['step', '50-75'])
  assert.deepEqual(
    table.rows.map(({ profile, cells: row }) => [profile, ...row.map(({ heat }) => heat?.toFixed(2))]),
    [
      ['linear', '0.00', '0.25'],
      ['rex', '0.50', '1.00'],
    ],
  )
  assert.deepEqual(
    table.rows.map(({ mean }) => mean.toFixed(2)),
    ['0.55', '0.80'],
  )
  assert.deepEqual(
    table.means.map((mean) => mean.toFixed(2)),
    ['0.60', '0.75'],
  )
})

test('a schedule that diverged has no heat and no part in the means', () => {
  const placeOf = gridPlaces({ schedules: four })
  const cells = names.flatMap((name, i) => seedsOf(name, 1, [[null], [0.6], [0.7], [0.9]][i] ?? []))
  const [comparison] = budgetBlocks(cells, score)
  const table = comparison && gridTable(comparison, placeOf, score)
  assert.equal(table?.rows[0]?.cells[0]?.heat, undefined)
  assert.equal(table?.rows[0]?.mean, 0.6)
})

test('schedules along one profile, at one rate, or of other kinds are no grid', () => {
  const isGridOf = (schedules: Parameters<typeof gridPlaces>[0]['schedules']): boolean =>
    isGrid(
      schedules.map(({ label }) => label ?? ''),
      gridPlaces({ schedules }),
    )
  assert.equal(isGridOf(profileGrid(0.1, ['rex'])), false)
  assert.equal(isGridOf(profileGrid(0.1, undefined, ['step'])), false)
  assert.equal(
    isGridOf([
      { label: 'a', spec: { kind: 'cosine', lrStart: 1 } },
      { label: 'b', spec: { kind: 'no' } },
    ]),
    false,
  )
  assert.equal(isGridOf(profileGrid(0.1)), true)
})
