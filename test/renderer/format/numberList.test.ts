import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  columnNumbers,
  percentTicks,
  plainNumber,
  tickNumbers,
} from '../../../src-renderer/format/numberList.ts'

/** Thin spaces as plain ones, to keep the expectations readable. */
const plain = (text: string): string => text.replaceAll('\u202f', ' ')
const ticks = (values: number[]): string[] => values.map(tickNumbers(values)).map(plain)
const column = (values: (number | null)[]): string[] => values.map(columnNumbers(values)).map(plain)

test('ticks of one axis are written alike, whatever their size', () => {
  assert.deepEqual(ticks([0, 0.5, 1, 1.5]), ['0.0', '0.5', '1.0', '1.5'])
  assert.deepEqual(ticks([0, 1000, 2000]), ['0', '1 000', '2 000'])
  assert.deepEqual(ticks([0, 250_000, 500_000]), ['0', '250 000', '500 000'])
  assert.deepEqual(ticks([0, 5e22, 1e23]), ['0', '5e22', '1e23'])
  assert.deepEqual(ticks([1e-7, 2e-7, 3e-7]), ['1e-7', '2e-7', '3e-7'])
  // As sums of 0.1 come out.
  assert.deepEqual(ticks([0.1, 0.2, 0.1 + 0.2]), ['0.1', '0.2', '0.3'])
})

test('ticks of a log axis are written each by itself', () => {
  assert.deepEqual(ticks([1e-4, 1e-3, 0.01, 0.1, 1, 10]), ['1e-4', '0.001', '0.01', '0.1', '1', '10'])
})

test('ticks of a share have a digit after the point on all of them or on none', () => {
  const shares = (values: number[]): string[] => values.map(percentTicks(values)).map(plain)
  assert.deepEqual(shares([0.8, 0.85, 0.9]), ['80 %', '85 %', '90 %'])
  assert.deepEqual(shares([0.85, 0.855, 0.86]), ['85.0 %', '85.5 %', '86.0 %'])
})

test('a column has one number of decimals, and no digits that its numbers do not have', () => {
  assert.deepEqual(column([85.3, 87, 86.4]), ['85.3', '87.0', '86.4'])
  assert.deepEqual(column([0.017_422_466_2, 0.078_125, 5.4921]), ['0.01742', '0.07813', '5.49210'])
  assert.deepEqual(column([139, 279, 2239]), ['139', '279', '2 239'])
  // 0.1 stored as a 32-bit float.
  assert.deepEqual(column([Math.fround(0.1), 0.25]), ['0.10', '0.25'])
  assert.deepEqual(column([null, 0, Number.NaN, 1]), ['–', '0', '–', '1'])
  assert.deepEqual(column([]), [])
})

test('a column over many powers of ten keeps the digits of its small numbers', () => {
  assert.deepEqual(column([0.06, 1.209e-6, 0]), ['0.06000', '1.209e-6', '0'])
  assert.deepEqual(column([2.5, 1e23]), ['2.5', '1.0e23'])
})

test('a number by itself is short and exact where it can be', () => {
  const shown = [0, 0.05, 1e-4, 2.34e-7, 1200, 12.3456, 1.5e6, -1200, 1e23].map(plainNumber).map(plain)
  assert.deepEqual(shown, ['0', '0.05', '1e-4', '2.3e-7', '1 200', '12.35', '1.5e6', '-1 200', '1e23'])
})
