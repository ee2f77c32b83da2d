import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createPrecisionCheck } from '../../../../src-main/datasets/importers/csvPrecision.ts'
import { normalisation, openDataset } from '../../../../src-main/datasets/index.ts'
import { type CsvChoices, importText, refused, tempFolder } from '../fixtures.ts'

/*
 * Tables as other programs and people write them: what they mean is read, or refused with a remedy, and never silently
 * something else.
 */

const readText = async (home: string, text: string, choices: CsvChoices = {}) =>
  openDataset((await importText(home, text, choices)).folder)

/** A column of numbers beside two classes in turn. */
const column = (cells: readonly (string | number)[]) =>
  `x,kind\n${cells.map((cell, i) => `${cell},${i < cells.length / 2 ? 'early' : 'late'}\n`).join('')}`

describe('measures that differ by less than float32 can tell', () => {
  const measures: Readonly<Record<string, readonly string[]>> = {
    'Unix times with a fraction': Array.from({ length: 240 }, (_, i) =>
      (1_700_000_000 + i * 0.25).toFixed(2),
    ),
    'Julian days': Array.from({ length: 60 }, (_, i) => (2_459_000.5 + i / 1440).toFixed(6)),
    'map coordinates in centimetres': Array.from({ length: 60 }, (_, i) => (5_500_000 + i / 100).toFixed(2)),
    'quantities below the smallest float32': Array.from({ length: 60 }, (_, i) => `${i + 1}e-46`),
  }
  for (const [name, cells] of Object.entries(measures))
    test(`${name} stay different, also when normalised and rounded`, async (t) => {
      const dataset = await readText(await tempFolder(t), column(cells))
      assert.equal(dataset.meta.dtype, 'float64')
      assert.deepEqual([...dataset.examples], cells.map(Number))
      const all = Uint32Array.from(cells.keys())
      const { mean, std } = normalisation(dataset, all)
      const normal = [...dataset.examples].map((value) =>
        Math.fround((value - (mean[0] ?? 0)) / (std[0] ?? 1)),
      )
      assert.equal(new Set(normal).size, cells.length)
      // Evenly spaced values run over ±sqrt(3) (n - 1) / sqrt(n² - 1), whatever their size.
      const n = cells.length
      const edge = (Math.sqrt(3) * (n - 1)) / Math.sqrt(n * n - 1)
      assert.ok(Math.abs((normal[0] ?? 0) + edge) < 1e-4 && Math.abs((normal[n - 1] ?? 0) - edge) < 1e-4)
    })

  test('a column that begins with small values and grows is found at its end', () => {
    const check = createPrecisionCheck(2)
    for (let i = 0; i < 70_000; i++) check.add(i)
    assert.equal(check.collapses(), false)
    for (let i = 0; i < 70_000; i++) check.add(2 ** 40 + i / 4)
    assert.equal(check.collapses(), true)
  })

  test('ordinary measures are stored as before, under the id they had', async (t) => {
    const home = await tempFolder(t)
    const cells = Array.from({ length: 2000 }, (_, i) => Math.sin(i * 12.9898) * 43758.5453)
    assert.equal((await importText(home, column(cells))).meta.dtype, 'float32')
    const known = await importText(home, 'x,kind\n1.5,a\n2.25,b\n')
    assert.equal(known.meta.id, 'd622cdc0006f6a81')
  })
})

describe('a cell that says there is no label', () => {
  const labels = (...cells: readonly string[]) =>
    `x,kind\n${cells.map((cell, i) => `${i},${cell}\n`).join('')}`
  test('is refused among numbers, in every writing, with its line', async (t) => {
    const home = await tempFolder(t)
    for (const word of [
      'NaN',
      'nan',
      'NA',
      'N/A',
      'null',
      'NULL',
      'None',
      '#N/A',
      '?',
      '<NA>',
      'NaT',
      '.',
      '-',
    ])
      await refused(
        home,
        () => importText(home, labels('1', '2', word, '3', word)),
        /column "kind": ".+" \(line 4\) is no label.*there are 2 such rows/,
      )
    await refused(
      home,
      () => importText(home, labels('True', 'False', 'None')),
      /"None" \(line 4\) is no label/,
    )
  })

  test('is refused among words where no name is written so, and taken where one may be', async (t) => {
    const home = await tempFolder(t)
    for (const word of ['NaN', '#N/A', 'N/A', '?', 'null'])
      await refused(
        home,
        () => importText(home, labels('cat', 'dog', word)),
        /is no label.*there is one such row/,
      )
    assert.deepEqual((await importText(home, labels('DE', 'NA', 'FR'))).meta.classes, ['DE', 'FR', 'NA'])
    assert.deepEqual((await importText(home, labels('mild', 'none'))).meta.classes, ['mild', 'none'])
    const listed = await importText(home, labels('1', '2', '?'), { categorical: ['kind'] })
    assert.deepEqual(listed.meta.classes, ['1', '2', '?'])
  })
})

describe('the same table, however it is written', () => {
  const rows = ['a,b,kind', '1,x,p', '2,y,q', '3,x,p', '4,y,q']
  const ends: Readonly<Record<string, (row: number) => string>> = {
    'CRLF in the header, LF below': (row) => (row === 0 ? '\r\n' : '\n'),
    'LF in the header, CRLF below': (row) => (row === 0 ? '\n' : '\r\n'),
    'LF rows appended to CRLF rows': (row) => (row < 3 ? '\r\n' : '\n'),
    'CR alone': () => '\r',
    'CR, LF and CRLF': (row) => ['\r', '\n', '\r\n'][row % 3] ?? '',
  }
  test('line ends may differ from line to line', async (t) => {
    const home = await tempFolder(t)
    const { meta: plain } = await importText(home, `${rows.join('\n')}\n`)
    for (const [name, end] of Object.entries(ends)) {
      const { meta } = await importText(home, rows.map((row, i) => row + end(i)).join(''))
      assert.equal(meta.id, plain.id, name)
    }
    await refused(
      home,
      () => importText(home, 'a,kind\r\n1,p\n2,q\r\nred,q\n'),
      /column "a": the column mixes numbers \("1", line 2\) and text \("red", line 4\)/,
    )
  })

  test('a space may stand before a quote and after it', async (t) => {
    const home = await tempFolder(t)
    const { meta } = await importText(home, 'x, "kind"\n1, "p, or ""P""" \n2,\t"q"\n')
    assert.deepEqual([meta.columns, meta.classes], [['x'], ['p, or "P"', 'q']])
  })

  test('a tab is the delimiter, typed as such or as \\t', async (t) => {
    const home = await tempFolder(t)
    const text = 'x\ty\tkind\n1\t\t"p"\n2\t3\t q\n'
    for (const delimiter of ['\t', '\\t'])
      await refused(
        home,
        () => importText(home, text, { delimiter }),
        /line 2, column "y": the cell is empty/,
      )
    const { meta } = await importText(home, text.replace('\t\t', '\t5\t'), { delimiter: '\\t' })
    assert.deepEqual(
      [meta.columns, meta.classes],
      [
        ['x', 'y'],
        ['p', 'q'],
      ],
    )
  })

  test('a name is one, composed or not: "é" as one character and as two', async (t) => {
    const home = await tempFolder(t)
    const [one, two] = ['caf\u00e9', 'cafe\u0301']
    const text = `gr\u00f6\u00dfe,${two},kind\n1,${one},${two}\n2,${two},${one}\n3,tea,tea\n`
    const { meta } = await importText(home, text, { categorical: [one], name: two })
    assert.deepEqual(meta.columns, ['gr\u00f6\u00dfe', `${one}=${one}`, `${one}=tea`])
    assert.deepEqual([meta.classes, meta.name], [[one, 'tea'], one])
  })
})
