import assert from 'node:assert/strict'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createCatalogue, detectFormat, previewTable } from '../../../../src-main/datasets/index.ts'
import { refused, tempFolder } from '../fixtures.ts'

/*
 * Written by pandas 2 and pyarrow from one frame of 24 rows each (to_csv and to_parquet, the latter in row groups of 10, and
 * with an index in zstd): 64-bit integers above 2^53, floats of 64 and 32 bits, whole floats, booleans, a categorical
 * column, text with quotes and accents, times, dates, bytes. `missing` has three empty cells; `odd` has decimals of 9 and 30
 * digits, lists, records, bytes, clock times, nanoseconds, time zones, durations, half floats and 2^64 - 1.
 */
const file = (name: string): string => join(import.meta.dirname, 'files', name)
const broken = ['id', 'when', 'day']

describe('Parquet tables', () => {
  test('are the very data set that the same table in CSV is', async (t) => {
    const home = await tempFolder(t)
    const catalogue = createCatalogue(home)
    const choices = { label: 'kind', without: broken }
    const csv = await catalogue.import({ format: 'csv', path: file('mixed.csv'), ...choices })
    assert.deepEqual(csv.meta.columns?.slice(0, 9), [
      'size',
      'short',
      'count',
      'big',
      'flag=False',
      'flag=True',
      'colour=blue',
      'colour=green',
      'colour=red',
    ])
    for (const name of ['mixed.parquet', 'mixed-index.parquet']) {
      assert.equal(await detectFormat(file(name)), 'parquet')
      const { meta } = await catalogue.import({ format: 'parquet', path: file(name), ...choices })
      assert.equal(meta.id, csv.meta.id)
    }
    // Codes and times as categories, a label of numbers, and a test part.
    const others = [
      { label: 'kind', without: ['day'], categorical: ['id', 'when', 'whole'] },
      { label: 'level', without: broken },
      { label: 'whole', without: broken },
      { label: 'flag', without: [0, 'when', 'day', 'kind'], categorical: ['count'] },
    ]
    for (const options of others) {
      const [a, b] = await Promise.all(
        (['csv', 'parquet'] as const).map((format) => {
          const path = file(`mixed.${format}`)
          return catalogue.import({ format, path, testPath: path, ...options })
        }),
      )
      assert.equal(a?.meta.id, b?.meta.id, JSON.stringify(options))
      assert.equal(a?.meta.testCount, 24)
    }
  })

  test('are refused with row and column, as CSV is, and with the remedy', async (t) => {
    const home = await tempFolder(t)
    const refuse = (name: string, words: RegExp, without: readonly (string | number)[] = broken) =>
      refused(
        home,
        () =>
          createCatalogue(home).import({
            format: 'parquet',
            path: file(name),
            label: 'kind',
            without: [...without],
          }),
        words,
      )
    await refuse('mixed.parquet', /row 1 .*column "id": "9007199254740994" would be rounded/, [])
    await refuse('missing.parquet', /row 3 \(counted from 0\), column "count": the cell is empty/)
    await refuse('missing.parquet', /row 5 .*column "word": the cell is empty/, [...broken, 'count'])
    await refuse('missing.parquet', /row 7 .*column "size": .*(empty|not a finite)/, [
      ...broken,
      'count',
      'word',
    ])
    const odd = ['long', 'list', 'rec', 'bin', 'time', 'ns', 'tz', 'u64']
    const keeping = (name: string) => odd.filter((each) => each !== name)
    await refuse('odd.parquet', /column "long" holds decimals of up to 30 digits/, keeping('long'))
    await refuse('odd.parquet', /column "list" holds lists or records/, keeping('list'))
    await refuse('odd.parquet', /column "rec" holds lists or records/, keeping('rec'))
    await refuse('odd.parquet', /column "bin" holds bytes that are no text/, keeping('bin'))
    await refuse('odd.parquet', /look like dates or times \("01:02:03"\)/, keeping('time'))
    await refuse('odd.parquet', /"2023-11-14 22:13:20\.000000001"/, keeping('ns'))
    await refuse('odd.parquet', /no column "lits" \(did you mean list\?\)/, ['lits'])
    const { meta } = await createCatalogue(home).import({
      format: 'parquet',
      path: file('odd.parquet'),
      label: 'kind',
      without: odd,
    })
    assert.deepEqual(meta.columns, ['price', 'dur', 'half'])
  })

  test('show their columns and first values', async (t) => {
    const home = await tempFolder(t)
    // Told by its content, whatever it is called.
    await copyFile(file('mixed.parquet'), join(home, 'mixed.csv'))
    const options = { delimiter: ',', header: true }
    const columns = await previewTable(join(home, 'mixed.csv'), options)
    assert.deepEqual(columns, await previewTable(file('mixed.csv'), options))
  })
})
