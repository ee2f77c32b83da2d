import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOrExplain, UserError } from '../../../../shared/errors.ts'
import { importOptions } from '../../../../src-main/datasets/index.ts'

const csv = { format: 'csv', path: 'table.csv', label: 'kind' }
const wrong: readonly (readonly [options: unknown, words: string])[] = [
  [7, 'must be an object of options'],
  [{ path: 'x' }, 'format: must be idx, cifar, csv, parquet, numpy or images'],
  [{ format: 'excel', path: 'x' }, 'format: must be idx, cifar, csv, parquet, numpy or images'],
  [{ ...csv, path: '' }, 'path: must name a file or folder'],
  ...[undefined, 1.5, -1, null, ['kind']].map(
    (label) =>
      [{ ...csv, label }, 'label: must be the name of a column, or its position counted from 0'] as const,
  ),
  [{ ...csv, categorical: ['a', -2] }, 'categorical.1: must be the name of a column, or its position'],
  [{ ...csv, delimiter: ';;' }, 'delimiter: must be one character'],
  [{ ...csv, as: 'pictures' }, 'as: must be table or images'],
  [{ ...csv, layout: 'rgb' }, 'layout: must be planar or interleaved'],
  [{ format: 'cifar', path: 'x', labels: 'all' }, 'labels: must be fine or coarse'],
  [{ format: 'images', path: 'x', channels: 2 }, 'channels: must be 1 (grey) or 3 (colour)'],
]

test('wrong import options are refused in our own words', () => {
  for (const [options, words] of wrong)
    assert.throws(
      () => parseOrExplain(importOptions, options, 'reading the import options'),
      (error) => {
        assert.ok(error instanceof UserError)
        assert.ok(error.message.includes(words), error.message)
        assert.doesNotMatch(error.message, /Invalid|Too (small|big)/)
        return true
      },
    )
})
