import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StudyCellInfo } from '../../../shared/api/studies.ts'
import { createStudyTimeLeft } from '../../../src-main/cli/studyTimeLeft.ts'
import { cellInfo } from '../../shared/study/cellInfos.ts'

/** Runs one after the other, each of which takes its start and its steps; what is said of the time left when each has ended. */
function toldOf(
  steps: readonly number[],
  { start, step, once }: { start: number; step: number; once: number },
) {
  let now = 0
  const time = createStudyTimeLeft(() => 1000 * now)
  const cells: StudyCellInfo[] = steps.map((totalSteps, ordinal) =>
    cellInfo({ ordinal, key: `${ordinal}`, status: 'queued', steps: 0, seconds: 0, totalSteps }),
  )
  const total = once + steps.reduce((sum, each) => sum + start + step * each, 0)
  time.left(cells)
  now += once
  return cells.map((cell, i) => {
    const begun = { ...cell, status: 'running' as const }
    cells[i] = begun
    time.left(cells)
    now += start + step * cell.totalSteps
    cells[i] = { ...begun, status: 'completed', steps: cell.totalSteps, seconds: step * cell.totalSteps }
    return { told: time.left(cells), left: total - now }
  })
}

const near = (told: number | undefined, left: number): void =>
  assert.ok(told !== undefined && Math.abs(told - left) < 1e-6 * left + 1e-9, `${told} for ${left}`)

test('the time left of a study of tiny runs is right from the second run on, and nothing is said before', () => {
  const [first, ...others] = toldOf(Array(30).fill(10), { start: 1, step: 0.01, once: 20 })
  assert.equal(first?.told, undefined, 'what happens once would count for every run')
  for (const { told, left } of others.slice(0, -1)) near(told, left)
})

test('small budgets first: what they take to start is not taken for the time of steps', () => {
  const [, ...others] = toldOf([10, 10, 50, 250, 1000, 1000], { start: 1, step: 0.01, once: 0 })
  for (const { told, left } of others.slice(0, -1)) near(told, left)
})

test('of long runs it is told before the second has ended', () => {
  const [first] = toldOf([1000, 1000, 1000], { start: 1, step: 0.1, once: 0 })
  assert.ok(first?.told !== undefined && Math.abs(first.told - first.left) < 0.02 * first.left)
})
