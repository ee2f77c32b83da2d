import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createCatalogue, openDataset } from '../../../../src-main/datasets/index.ts'
import { type CsvChoices, importText, refused, tempFolder } from '../fixtures.ts'

async function readText(home: string, text: string | Uint8Array, options: CsvChoices = {}) {
  return openDataset((await importText(home, text, options)).folder)
}

describe('importCsv', () => {
  test('numbers stay, categories become one feature a value, the label becomes the class', async (t) => {
    const home = await tempFolder(t)
    const { meta, examples, labels } = await readText(
      home,
      'size,kind,colour\n1.5,"b, or ""B""",red\n-2e1,a,blue\n+.5,a,red\n',
    )
    assert.deepEqual(meta.columns, ['size', 'colour=blue', 'colour=red'])
    assert.deepEqual(meta.classes, ['a', 'b, or "B"'])
    assert.deepEqual(examples, Float32Array.of(1.5, 0, 1, -20, 1, 0, 0.5, 0, 1))
    assert.deepEqual([...labels], [1, 0, 0])
    assert.deepEqual(
      [meta.kind, meta.shape, meta.trainCount, meta.testCount, meta.name],
      ['table', [3], 3, 0, 'table'],
    )
  })

  test('label by position, no header, another delimiter, line ends of Windows, a byte order mark', async (t) => {
    const home = await tempFolder(t)
    const { meta, examples, labels } = await readText(home, '\ufeff10;1;x\r\n9;2;y\r\n10;3;y\r\n\r\n', {
      label: 0,
      header: false,
      delimiter: ';',
    })
    assert.deepEqual(meta.classes, ['9', '10'])
    assert.deepEqual(meta.columns, ['column 1', 'column 2=x', 'column 2=y'])
    assert.deepEqual(examples, Float32Array.of(1, 1, 0, 2, 0, 1, 3, 0, 1))
    assert.deepEqual([...labels], [1, 0, 1])
  })

  test('columns named as categorical are so, in the order of their numbers', async (t) => {
    const home = await tempFolder(t)
    const { meta } = await readText(home, 'zip,kind\n10,a\n9,b\nNA,a\n', { categorical: ['zip'] })
    assert.deepEqual(meta.columns, ['zip=10', 'zip=9', 'zip=NA'])
    const { meta: numbers } = await readText(home, 'zip,kind\n10,a\n9,b\n', { categorical: [0] })
    assert.deepEqual(numbers.columns, ['zip=9', 'zip=10'])
  })

  test('columns that are left out may be broken, and the rest is the table without them', async (t) => {
    const home = await tempFolder(t)
    const { meta: plain } = await importText(home, 'size,kind\n1,a\n2,b\n')
    // Mixed, empty, twice of one name, a number for a name: none of it matters.
    const broken = 'id,size,x,x,kind,7\n1,1,,2024-01-05,a,1\ntwo,2,NaN,,b,x\n'
    const { meta } = await importText(home, broken, { without: ['id', 2, 3, '7'] })
    assert.equal(meta.id, plain.id)
    assert.deepEqual(meta.columns, ['size'])
    const refuse = (words: RegExp, options: CsvChoices) =>
      refused(home, () => importText(home, broken, options), words)
    await refuse(/column "sise" \(did you mean size\?\); give a name/, { without: ['sise'] })
    await refuse(/column "kind" is to be left out, but it is the label/, { without: ['kind'] })
    await refuse(/every column but the label is to be left out \(5\)/, { without: [0, 1, 2, 3, 5] })
    await refuse(/"id" is to be left out and is listed as categorical/, {
      without: ['id', 2, 3],
      categorical: ['id'],
    })
    await refuse(/line 3, column "id": the column mixes/, { without: [2, 3] })
  })

  test('columns without names are called and left out by their place in the file', async (t) => {
    const home = await tempFolder(t)
    const { meta } = await importText(home, 'a,1,x\nb,2,\n', { header: false, label: 0, without: ['2'] })
    assert.deepEqual(meta.columns, ['column 1'])
    assert.match(
      (await importText(home, 'a,1,x\nb,3,\n', { header: false, label: 0, without: [2] })).meta.source,
      /^CSV table table\.csv \(without column 2\)$/,
    )
  })

  test('a second file is the test part, in the categories of both', async (t) => {
    const home = await tempFolder(t)
    const testPath = join(home, 'more.csv')
    await writeFile(testPath, 'c,kind\nz,b\n')
    const { meta, examples, labels } = await readText(home, 'c,kind\nx,a\ny,b\n', { testPath })
    assert.deepEqual([meta.trainCount, meta.testCount, meta.columns], [2, 1, ['c=x', 'c=y', 'c=z']])
    assert.deepEqual(examples, Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1))
    assert.deepEqual([...labels], [0, 1, 1])
    await writeFile(testPath, 'd,kind\nz,b\n')
    await refused(
      home,
      () => importText(home, 'c,kind\nx,a\ny,b\n', { testPath }),
      /not those of the training file/,
    )
    await writeFile(testPath, 'c,kind,e\nz,b,1\n')
    await refused(
      home,
      () => importText(home, 'c,kind\nx,a\ny,b\n', { testPath }),
      /line 1 has 3 cells|not those/,
    )
    await writeFile(testPath, 'c,kind\n')
    await refused(
      home,
      () => importText(home, 'c,kind\nx,a\ny,b\n', { testPath }),
      /more\.csv: there is no row/,
    )
    await writeFile(testPath, 'c,kind\nx,new\n')
    await refused(
      home,
      () => importText(home, 'c,kind\nx,a\ny,b\n', { testPath }),
      /class "new".*no training example/,
    )
  })

  test('what is written and read again is the same table', async (t) => {
    const home = await tempFolder(t)
    const value = fc.float({ noNaN: true, noDefaultInfinity: true })
    const row = fc.tuple(value, fc.constantFrom('a', 'b,"c"', 'line\nbreak', ' d'), value)
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 2, maxLength: 40 }), async (rows) => {
        const kinds = ['k0', 'k1']
        const lines = rows.map(([x, text, y], i) =>
          [x, `"${text.replaceAll('"', '""')}"`, kinds[i % 2], y].join(','),
        )
        const { meta, examples, labels } = await readText(home, ['x,text,kind,y', ...lines].join('\n'))
        const values = [...new Set(rows.map(([, text]) => text.trim()))].sort()
        const want = rows.flatMap(([x, text, y]) => [x, ...values.map((v) => Number(v === text.trim())), y])
        // Written as text, -0 is 0.
        assert.deepEqual(
          examples,
          Float32Array.from(want, (v) => (Object.is(v, -0) ? 0 : v)),
        )
        assert.deepEqual(
          [...labels],
          rows.map((_, i) => i % 2),
        )
        assert.deepEqual(meta.columns, ['x', ...values.map((v) => `text=${v}`), 'y'])
      }),
      { numRuns: 40 },
    )
  })

  test('a long file passes in pieces, with progress to its end', async (t) => {
    const home = await tempFolder(t)
    const path = join(home, 'long.csv')
    const text = `x,kind\n${Array.from({ length: 60_000 }, (_, i) => `${i / 8},${'ab'[i % 2]}`).join('\n')}\n`
    await writeFile(path, text)
    const done: number[] = []
    const { folder } = await createCatalogue(home).import({ format: 'csv', path, label: 'kind' }, (at) => {
      assert.deepEqual([at.total, at.unit], [text.length, 'bytes'])
      done.push(at.done)
    })
    assert.ok(done.length >= 4 && done.every((at, i) => at >= (done[i - 1] ?? 0)))
    assert.equal(done.at(-1), text.length)
    const { examples } = await openDataset(folder)
    assert.ok(examples.every((value, i) => value === i / 8))
  })

  test('names the line and the column of a bad cell', async (t) => {
    const home = await tempFolder(t)
    const refuse = (text: string | Uint8Array, words: RegExp, options?: CsvChoices) =>
      refused(home, () => importText(home, text, options), words)
    await refuse('x,kind\n1,a\n2\n', /line 3 has 1 cell/)
    await refuse('x,kind\n1,a\n2,b,c\n', /line 3 has 3 cells/)
    await refuse('x,kind\n1,a\n,b\n', /line 3, column "x": the cell is empty/)
    await refuse('x,kind\n1,a\n2, \n', /line 3, column "kind": the cell is empty/)
    await refuse('x,kind\n1,a\nNaN,b\n', /line 3, column "x": "NaN" is not a finite number/)
    await refuse('x,kind\n1,a\n-Infinity,b\n', /"-Infinity" is not a finite/)
    await refuse('x,kind\n1,a\n1e39,b\n', /"1e39" is too large/)
    await refuse(
      'x,kind\n1,a\n2,b\n3x,b\n',
      /line 4, column "x": the column mixes numbers \("1", line 2\) and text \("3x", line 4\)/,
    )
    await refuse('x,kind\nred,a\n2,b\n', /mixes numbers \("2", line 3\) and text \("red", line 2\)/)
    await refuse('x,kind\n1,a\n0x10,b\n', /mixes numbers/)
    await refuse('x,kind\n1,a\n"2,b\n', /a quote is opened and never closed/)
    await refuse('x,kind\n1,a\n"2"3,b\n', /line 3 has a quote in a wrong place/)
  })

  test('refuses tables that cannot be learned from', async (t) => {
    const home = await tempFolder(t)
    const refuse = (text: string | Uint8Array, words: RegExp, options?: CsvChoices) =>
      refused(home, () => importText(home, text, options), words)
    await refuse('', /it is empty/)
    await refuse('\n\n', /it is empty/)
    await refuse('x,kind\n', /no row of data/)
    await refuse('x,kind\n1,a\n2,a\n', /only 1 class/)
    await refuse(
      'x,kind\n1,a\n2,b\n',
      /no column "sort"; give a name \(there are "x, kind"\) or a position from 0 to 1\.$/,
      { label: 'sort' },
    )
    await refuse('x,kind\n1,a\n2,b\n', /no column 2;/, { label: 2 })
    await refuse('x,kind\n1,a\n2,b\n', /no column "y";/, { categorical: ['y'] })
    await refuse('x,x\n1,a\n2,b\n', /two columns are called "x"/, { label: 1 })
    await refuse('1,2\n3,4\n5,6\n', /holds numbers and no column names/, { label: 1 })
    await refuse('kind\na\nb\n', /first line has 1 cell/)
    await refuse(
      `x,kind\n${Array.from({ length: 12 }, (_, i) => `v${i},a`).join('\n')}\n`,
      /more than 10 different values/,
      { maxCategories: 10 },
    )
    await refuse(
      `x,kind\n${Array.from({ length: 1001 }, (_, i) => `1,${i / 7}`).join('\n')}\n`,
      /label column has more than 1000 .*not a measure/,
    )
  })

  test('refuses what is not text, and rows without end', async (t) => {
    const home = await tempFolder(t)
    const refuse = (text: string | Uint8Array, words: RegExp) =>
      refused(home, () => importText(home, text), words)
    await refuse(Uint8Array.of(0x78, 0x2c, 0xff, 0xfe, 0x0a), /not UTF-8 text/)
    await refuse(Buffer.from('x,kind\n1,a\n', 'utf16le'), /not UTF-8 text/)
    await refuse(Buffer.from('x,kind\n1,caf\xe9\n', 'latin1'), /not UTF-8 text/)
    await refuse('x,kind\n1,a\0\n', /not UTF-8 text/)
    await refuse('a'.repeat(3_000_000), /a row is longer than 1048576 characters/)
    await refuse(`x,kind\n${'"'.padEnd(3_000_000, 'a')}`, /longer than|never closed/)
    await refuse(`${'a,'.repeat(20_000)}b\n`, /20001 cells, and a table needs 2 to 10000/)
    await refused(
      home,
      () => createCatalogue(home).import({ format: 'csv', path: home, label: 0 }),
      /not a file/,
    )
  })
})
