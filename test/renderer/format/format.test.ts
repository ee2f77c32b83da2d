import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ago,
  bytes,
  count,
  counted,
  day,
  duration,
  loss,
  percent,
  points,
  rate,
  signed,
  unknown,
} from '../../../src-renderer/format/format.ts'

/** Thin spaces as plain ones, to keep the expectations readable. */
const plain = (text: string): string => text.replaceAll('\u202f', ' ')

test('a unit stands behind a thin space that never breaks', () => {
  assert.equal(percent(0.861), '86.1\u202f%')
})

test('what is not known or not finite is a dash, never NaN', () => {
  for (const show of [percent, points, loss, rate, duration, ago, bytes, count]) {
    for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY])
      assert.equal(show(value), unknown, show.name)
  }
})

test('durations use the two largest units and carry rounding upwards', () => {
  const shown = [0, 0.84, 9.96, 59.4, 59.6, 200, 3599.6, 14_700, 86_400, 183_600].map(duration).map(plain)
  assert.deepEqual(shown, [
    '0.0 s',
    '0.8 s',
    '10 s',
    '59 s',
    '1 m 00 s',
    '3 m 20 s',
    '1 h 00 m',
    '4 h 05 m',
    '1 d 0 h',
    '2 d 3 h',
  ])
})

test('rates keep four digits and go over to powers of ten where zeros would pile up', () => {
  const shown = [0.05, 0.1, 1e-3, 1e-4, 0.000_25, 2.500_01e-6, 0, 12].map(rate)
  assert.deepEqual(shown, ['0.05', '0.1', '0.001', '1e-4', '2.5e-4', '2.5e-6', '0', '12'])
})

test('losses keep the digits in which runs differ', () => {
  assert.deepEqual([0.421_33, Math.LN10, 12.5312, 4321.4, 3.14e-5, 0].map(loss).map(plain), [
    '0.4213',
    '2.3026',
    '12.53',
    '4 321',
    '3.1e-5',
    '0.0000',
  ])
})

test('differences carry a sign, and one that rounds to nothing says so', () => {
  assert.equal(signed(0.0123, 3), '+0.012')
  assert.equal(signed(-0.0123, 3), '−0.012')
  assert.equal(signed(-0.0001, 3), '±0.000')
  assert.equal(plain(points(0.0123)), '+1.2 pp')
})

test('bytes never show a thousand of a unit', () => {
  const shown = [0, 999, 1000, 999_949, 999_960, 9_224_192, 123_456_789].map(bytes).map(plain)
  assert.deepEqual(shown, ['0 B', '999 B', '1.0 kB', '1.0 MB', '1.0 MB', '9.2 MB', '123 MB'])
})

test('thousands are parted, and one run is not one runs', () => {
  assert.deepEqual([999, 1000, 1_234_567].map(count).map(plain), ['999', '1 000', '1 234 567'])
  assert.deepEqual([plain(counted(1, 'run')), plain(counted(2000, 'run'))], ['1 run', '2 000 runs'])
})

test('times are told from now, and as a day when that says more', () => {
  const now = Date.UTC(2026, 10, 24, 12)
  const minute = 60_000
  const shown = [0.5, 5, 125, 30 * 60, 6 * 1440].map((minutes) => plain(ago(now - minutes * minute, now)))
  assert.deepEqual(shown, ['just now', '5 m ago', '2 h ago', 'yesterday', '6 d ago'])
  assert.equal(ago(now - 30 * 1440 * minute, now), day(now - 30 * 1440 * minute))
})
