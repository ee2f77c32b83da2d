import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dotsPath, linePath } from '../../../src-renderer/charts/linePath.ts'
import { type PlotArea, plotMargin } from '../../../src-renderer/charts/plotArea.ts'

/** A plot of 100 by 100 pixels over 0..10 and 1..100. */
const area = (kind: 'linear' | 'log'): PlotArea => ({
  width: 100 + plotMargin.left + plotMargin.right,
  height: 100 + plotMargin.top + plotMargin.bottom,
  x: { kind: 'linear', domain: [0, 10], ticks: [] },
  y: { kind, domain: kind === 'log' ? [1, 100] : [0, 100], ticks: [] },
})
const series = { id: 'a', label: 'a', x: [0, 5, 10], y: [0, 10, 100] }

test('a line goes through its values, from the lower left to the upper right', () => {
  assert.equal(linePath(series, area('linear')), 'M0.0 100.0L50.0 90.0L100.0 0.0')
})

test('what has no place on a log axis, or is not finite, leaves a gap', () => {
  assert.equal(linePath(series, area('log')), 'M50.0 50.0L100.0 0.0')
  assert.equal(linePath({ ...series, y: [0, null, 100] }, area('linear')), 'M0.0 100.0M100.0 0.0')
})

test('dots stand where the line would turn', () => {
  assert.equal(dotsPath(series, area('log')), 'M50.0 50.0h0M100.0 0.0h0')
})
