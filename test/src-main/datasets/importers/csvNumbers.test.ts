import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { disguisedNumber } from '../../../../src-main/datasets/importers/csvDisguises.ts'
import { isNumber, losesInteger, numberKey } from '../../../../src-main/datasets/importers/csvNumbers.ts'
import { importText, refused, tempFolder } from '../fixtures.ts'

const table = (cells: readonly string[]) =>
  `x,kind\n${cells.map((cell, i) => `"${cell}",${'ab'[i % 2]}\n`).join('')}`

describe('numberKey', () => {
  test('is one for every way to write a number, and no other', () => {
    const ways: readonly (readonly string[])[] = [
      ['1', '1.0', '+1', '01', '1.', '10e-1', '.1E+1', '0.01e2'],
      ['-1', '-1.00'],
      ['0', '-0', '0.0', '.0', '0e9'],
      ['1200', '1.2e3', '12E2'],
      ['12345678901234567890'],
      ['12345678901234567891'],
      ['cat'],
      ['Cat'],
      ['1 0'],
    ]
    const keys = ways.map((texts) => new Set(texts.map(numberKey)))
    assert.deepEqual(
      keys.map((found) => found.size),
      ways.map(() => 1),
    )
    assert.equal(new Set(keys.flatMap((found) => [...found])).size, ways.length)
  })

  test('agrees with arithmetic', () => {
    const digits = fc.integer({ min: -99_999, max: 99_999 })
    const shift = fc.integer({ min: -4, max: 4 })
    fc.assert(
      fc.property(digits, shift, digits, shift, (a, i, b, j) => {
        const scaled = (n: number, e: number) => n * 10 ** (e + 4)
        assert.equal(numberKey(`${a}e${i}`) === numberKey(`${b}e${j}`), scaled(a, i) === scaled(b, j))
        const point = i < 0 ? (a * 10 ** i).toFixed(4) : `${a * 10 ** i}`
        assert.equal(numberKey(point), numberKey(`${a}e${i}`))
      }),
    )
  })
})

describe('values that would become two, or one, unseen', () => {
  test('a label or category that is one number written in two ways is refused', async (t) => {
    const home = await tempFolder(t)
    await refused(
      home,
      () => importText(home, 'x,kind\n1,1\n2,1.0\n3,2\n'),
      /column "kind": "1" and "1\.0" are one number.*write it in one way\.$/,
    )
    await refused(
      home,
      () => importText(home, 'x,kind\n01,a\n1,b\n', { categorical: ['x'] }),
      /column "x": "01" and "1" are one number/,
    )
  })

  test('spaces around a label are no part of it, its letters are', async (t) => {
    const home = await tempFolder(t)
    const { meta } = await importText(home, 'x,kind\n1,cat\n2, cat \n3," cat"\n4,Cat\n')
    assert.deepEqual(meta.classes, ['Cat', 'cat'])
  })

  test('an integer that float32 does not have is refused, unless it is a code or a measure', async (t) => {
    const home = await tempFolder(t)
    const ids = table(['16777219', '16777220', '16777221'])
    await refused(
      home,
      () => importText(home, ids),
      /line 2, column "x": "16777219" would be rounded to the 32-bit number 16777220.*categorical.*leave it out/,
    )
    const { meta } = await importText(home, ids, { categorical: ['x'] })
    assert.deepEqual(meta.columns, ['x=16777219', 'x=16777220', 'x=16777221'])
    assert.equal((await importText(home, table(['16777216', '-16777220']))).meta.trainCount, 2)
    assert.equal((await importText(home, table(['16777217.5', '1.2345678901e12']))).meta.trainCount, 2)
    const mixed = await importText(home, table(['16777217.5', '16777219', '16777220']))
    assert.equal(mixed.meta.dtype, 'float64')
    assert.ok(losesInteger('-16777217') && losesInteger('+033554431') && !losesInteger('33554432'))
  })
})

describe('numbers in a form that is not read', () => {
  test('are known, and plain numbers, codes and words are not taken for them', () => {
    const looks = (text: string) => disguisedNumber(text)?.look.split(' ')[0]
    for (const text of ['1,5', '-0,123', ',5', '1234,567', '1,5e-3', '12,3456'])
      assert.equal(disguisedNumber(text)?.look, 'numbers with a decimal comma', text)
    for (const text of [
      '1,000',
      '-12,345,678',
      '1.000.000',
      "1'000",
      '1 000 000',
      '1_000',
      '1.234,5',
      '1,234.5',
    ])
      assert.match(disguisedNumber(text)?.look ?? '', /between the thousands/, text)
    for (const text of ['5%', '-5.5 %', '99,9%']) assert.equal(looks(text), 'percentages', text)
    for (const text of ['0x1F', '-0Xa']) assert.equal(looks(text), 'hexadecimal', text)
    for (const text of ['1;2', '1,5;2,5;-3', '1\t2', '1|2']) assert.equal(looks(text), 'several', text)
    const codes = ['10.0.0.1', 'x1', 'a-1', '2b', '3a', 'B12', '4wd', '3d', '2nd', '1-2-3-4', '1:2:3:4']
    const words = [
      'a,b',
      'red',
      'May',
      'mm',
      '€',
      '<',
      '-',
      'NaN',
      'day 3',
      'cat5',
      'one kg',
      '10-20',
      '1 of 3',
    ]
    for (const text of [...codes, ...words, '0', '1.5', '1.000', '007'])
      assert.equal(disguisedNumber(text), undefined, text)
  })

  test('are known in every writing that the kind of case lists', () => {
    const kinds: Readonly<Record<string, readonly string[]>> = {
      minus: ['−0.5', '–1', '—2.5', '－3', '1.5e−3'],
      money: [
        '$1,200.50',
        '-$5',
        '€ 5',
        '5 €',
        '1.200,50€',
        'US$ 5',
        'EUR 5',
        '5 CHF',
        '£1e3',
        '(1.50)',
        '($1,500)',
      ],
      'at the end': ['1.50-', '1,200-', '3−'],
      unit: ['1 kg', '-2.5 kg', '5kg', '20°C', '20 °C', '3 km/h', '7ms', '1,5 m²', '10K', '2.5 bn'],
      Fortran: ['1.5D+00', '-2d-3', '.5d2'],
      'power of ten': ['1.5x10^3', '2×10⁻³', '3·10^-2', '1.5*10^+3'],
      thousands: ['1,00,000', '12,34,567.5', '5,00,00,000'],
      script: ['１２', '－１．５', '١٢٫٥', '१२'],
      fractions: ['1/2', '-1/2', '1 1/2', '½', '2½', '2 ⅓', '1⁄2'],
      limits: ['<0.1', '> 5', '≤3', '>=2', '~1', '≈ 1.5', '±0.1'],
      'dates or times': [
        ...[
          '2020-01-31',
          '2020/1/31',
          '31.12.2020',
          '12/31/20',
          '2020-01-31T12:30:00Z',
          '2020-01-31 12:30:00.5+01:00',
        ],
        ...[
          '31-Jan-2020',
          '31 Jan 2020',
          'Jan 31, 2020',
          'January 3 2020',
          '2020-01',
          '12:30',
          '12:30:15',
          '3:05 pm',
        ],
      ],
      'space after the sign': ['- 5', '+ 1.5'],
      'binary or octal': ['0b101', '0o17'],
      spreadsheet: ["'5", "'-1.5"],
    }
    for (const [words, texts] of Object.entries(kinds))
      for (const text of texts)
        assert.match(disguisedNumber(text)?.look ?? 'nothing', new RegExp(words), text)
  })

  test('never hide one that is read', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'0123456789.,+-eEdD%x; /:()<$'),
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(text, (cell) => assert.ok(!isNumber(cell) || disguisedNumber(cell) === undefined)),
      { numRuns: 2000 },
    )
  })

  test('are refused where they fill most of a column', async (t) => {
    const home = await tempFolder(t)
    const refuse = (cells: readonly string[], words: RegExp) =>
      refused(home, () => importText(home, table(cells)), words)
    await refuse(
      ['1,5', '2,5'],
      /column "x": .* decimal comma \("1,5"\); write them .* with a decimal point, or list .* categorical/,
    )
    await refuse(['5%', '6%'], /percentages \("5%"\)/)
    await refuse(['0x1F', '0x10'], /hexadecimal/)
    await refuse(['1,000', '2,000'], /between the thousands/)
    await refuse(['1;2', '3;4'], /several numbers each \("1;2"\); give the delimiter/)
    await refuse(['none', '5%', '5%', '5%'], /percentages/)
    // Told before the advice to allow more categories.
    await refuse(
      Array.from({ length: 120 }, (_, i) => `${i},5`),
      /decimal comma/,
    )
    await refuse(['999', '1,000'], /mixes numbers .* no separators, or list the column as categorical/)
  })

  test('are categories where they are few, or listed so', async (t) => {
    const home = await tempFolder(t)
    const few = await importText(home, table(['none', 'some', '100%']))
    assert.deepEqual(few.meta.columns, ['x=100%', 'x=none', 'x=some'])
    const listed = await importText(home, table(['0x1F', '0x10']), { categorical: ['x'] })
    assert.deepEqual(listed.meta.columns, ['x=0x10', 'x=0x1F'])
    const labels = await importText(home, 'x,kind\n1,5%\n2,6%\n')
    assert.deepEqual(labels.meta.classes, ['5%', '6%'])
  })
})
