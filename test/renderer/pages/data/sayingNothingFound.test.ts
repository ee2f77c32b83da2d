import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ComboboxItem, ComboboxParsedItem } from '@mantine/core'
import { sayingNothingFound } from '../../../../src-renderer/components/sayingNothingFound.ts'

/*
 * What a list offers for what was typed: its first option is the one that Enter takes.
 */

const item = (label: string): ComboboxItem => ({ value: label, label })
const labels = (options: readonly ComboboxParsedItem[]): string[] =>
  options.flatMap((one) => ('group' in one ? one.items.map(({ label }) => label) : [one.label]))
const found = (options: ComboboxParsedItem[], search: string, limit = Number.POSITIVE_INFINITY) =>
  labels(sayingNothingFound('none')({ options, search, limit }))

const columns = ['ab', 'b', 'Bob', 'c'].map(item)
const grouped = [
  { group: 'one', items: ['cosine cycles', 'constant'].map(item) },
  { group: 'two', items: ['cosine', 'step'].map(item) },
]

test('the option whose label was typed whole comes first, others as they stood', () => {
  assert.deepEqual(found(columns, 'b'), ['b', 'ab', 'Bob'])
  assert.deepEqual(found(columns, ' BOB '), ['Bob'])
  assert.deepEqual(found(columns, ''), ['ab', 'b', 'Bob', 'c'])
  assert.deepEqual(found(grouped, 'cosine'), ['cosine', 'cosine cycles'])
})

test('a limit never cuts the one that was typed, and counts what stands in groups', () => {
  assert.deepEqual(found(columns, 'b', 1), ['b'])
  assert.deepEqual(found(grouped, '', 3), ['cosine cycles', 'constant', 'cosine'])
  assert.deepEqual(found(grouped, 'co', 2), ['cosine cycles', 'constant'])
})

test('where nothing is found one option says so, which cannot be taken', () => {
  const options = sayingNothingFound('none')({ options: grouped, search: 'x', limit: 5 })
  assert.deepEqual(options, [{ value: '', label: 'none', disabled: true }])
})
