import assert from 'node:assert/strict'
import { test } from 'node:test'
import { labelPlace } from '../../../src-renderer/charts/labelPlace.ts'
import { pixelY } from '../../../src-renderer/charts/plotArea.ts'
import { yScale } from '../../../src-renderer/charts/scale.ts'

const area = {
  width: 500,
  height: 200,
  x: { kind: 'linear', domain: [1, 6], ticks: [] },
  y: { kind: 'linear', domain: [0, 20], ticks: [] },
} as const
const line = (y: readonly (number | null)[]) => ({ id: 'a', label: 'a', x: y.map((_, i) => i + 1), y })

test('words stand above the right end of their line, or where no curve runs through them', () => {
  const at = pixelY(area, 10)
  assert.deepEqual(labelPlace('best', 10, [], area), { x: 430, y: at - 4, anchor: 'end' })
  const over = line([10, 10, 10, 10, 10, 10.9])
  assert.equal(labelPlace('best', 10, [over], area).y > at, true)
  const both = [over, line([10, 10, 10, 10, 10, 9.2])]
  assert.equal(labelPlace('best', 10, both, area).anchor, 'start')
  assert.equal(labelPlace('best', 10, [{ ...over, hidden: true }], area).y, at - 4)
})

test('words stay inside the plot', () => {
  const top = labelPlace('best', 20, [], area)
  assert.ok(top.y > pixelY(area, 20))
})

test('a log axis shows where most of the values are, however high one run burst', () => {
  const runs = [line([5.5, 2, 1, 0.6, 0.4, 0.3, 0.2, 0.1]), line([2, 1e6, 1e18, null])]
  const [low, high] = yScale({ label: '', scale: 'log' }, runs, [1, 8], 5).domain
  assert.ok(low <= 0.1 && high >= 1e18)
  const rounding = line([0.1, 0.05, 0.02, 0.01, 1e-18])
  assert.ok(yScale({ label: '', scale: 'log' }, [rounding], [1, 8], 5).domain[0] > 1e-14)
})
