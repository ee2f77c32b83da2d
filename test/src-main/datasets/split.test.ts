import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { UserError } from '../../../shared/errors.ts'
import { type Split, type SplitOptions, splitDataset } from '../../../src-main/datasets/index.ts'
import { splitFiles } from '../../../src-main/export/split.ts'

interface Given {
  readonly labels: Uint16Array
  readonly sizes: readonly number[]
  readonly testCount: number
}

const run = ({ labels, sizes, testCount }: Given, options: SplitOptions): Split =>
  splitDataset(
    labels,
    {
      name: 'made up',
      classes: sizes.map(String),
      trainCount: labels.length - testCount,
      testCount,
    },
    options,
  )

/** Classes of the given sizes, their examples mixed, then `testCount` examples of class 0. */
function given(sizes: readonly number[], testCount = 0): Given {
  const own = sizes.flatMap((n, c) =>
    Array.from({ length: n }, (_, i) => ({ c, key: (i * 7919 + c * 104729) % 1009 })),
  )
  own.sort((a, b) => a.key - b.key)
  const labels = Uint16Array.from([...own.map(({ c }) => c), ...new Uint16Array(testCount)])
  return { labels, sizes, testCount }
}

const perClass = (part: Uint32Array, { labels, sizes }: Given): number[] =>
  sizes.map((_, c) => part.reduce((n, i) => n + Number(labels[i] === c), 0))

const sizes = fc.array(fc.integer({ min: 3, max: 60 }), { minLength: 2, maxLength: 8 })
const fraction = fc.double({ min: 0.01, max: 0.3, noNaN: true })
const seed = fc.integer({ min: 0, max: 2 ** 31 })

describe('splitDataset', () => {
  test('cuts every data set into disjoint, ascending, seeded parts with every class where there is room', () => {
    fc.assert(
      fc.property(sizes, fraction, fraction, seed, (classSizes, validation, testPart, chosenSeed) => {
        const data = given(classSizes)
        const options = { validation, test: testPart, seed: chosenSeed }
        let parts: Split
        try {
          parts = run(data, options)
        } catch (error) {
          // Classes of three with every example wanted elsewhere: refused, in words.
          assert.ok(error instanceof UserError)
          return
        }
        const all = [...parts.train, ...parts.validation, ...parts.test]
        assert.deepEqual(
          all.sort((a, b) => a - b),
          [...data.labels.keys()],
        )
        assert.deepEqual(parts, run(data, options))
        const total = data.labels.length
        for (const [part, wanted] of [
          [parts.validation, validation],
          [parts.test, testPart],
        ] as const) {
          assert.deepEqual(part, part.slice().sort())
          const count = Math.max(1, Math.round(wanted * total))
          assert.equal(part.length, count)
          if (count >= classSizes.length) assert.ok(perClass(part, data).every((n) => n > 0))
        }
        assert.ok(perClass(parts.train, data).every((n) => n > 0))
      }),
      { numRuns: 300 },
    )
  })

  test('keeps the proportions of the classes to within one example where no class is small', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 40, max: 200 }), { minLength: 2, maxLength: 6 }),
        fraction.filter((f) => f >= 0.1),
        seed,
        (classSizes, validation, chosenSeed) => {
          const data = given(classSizes)
          const { validation: part } = run(data, { validation, seed: chosenSeed })
          const scale = part.length / data.labels.length
          for (const [c, n] of perClass(part, data).entries())
            assert.ok(Math.abs(n - (classSizes[c] ?? 0) * scale) <= 1)
        },
      ),
    )
  })

  test('draws the same test part whatever the validation part, and another for another seed', () => {
    const data = given([50, 40, 30])
    const withSmall = run(data, { validation: 0.1, test: 0.2, seed: 3 })
    const withLarge = run(data, { validation: 0.4, test: 0.2, seed: 3 })
    assert.deepEqual(withSmall.test, withLarge.test)
    assert.notDeepEqual(withSmall.test, run(data, { validation: 0.1, test: 0.2, seed: 4 }).test)
  })

  test('takes the official test part as it is and leaves `test` unused', () => {
    const data = given([10, 10], 4)
    const parts = run(data, { validation: 0.2, test: 0.3, seed: 1 })
    assert.deepEqual([...parts.test], [20, 21, 22, 23])
    assert.equal(parts.validation.length, 4)
    assert.equal(parts.train.length, 16)
  })

  test('takes counts as well as fractions, and 0 for no part', () => {
    const data = given([10, 10])
    assert.equal(run(data, { validation: 5, seed: 1 }).validation.length, 5)
    assert.equal(run(data, { validation: 1, seed: 1 }).validation.length, 1)
    const none = run(data, { validation: 0, seed: 1 })
    assert.equal(none.train.length, 20)
    assert.equal(none.validation.length + none.test.length, 0)
  })

  test('a rare class is in every part', () => {
    const data = given([1000, 3])
    const parts = run(data, { validation: 0.1, test: 0.1, seed: 1 })
    for (const part of [parts.train, parts.validation, parts.test]) assert.equal(perClass(part, data)[1], 1)
  })

  test('refuses sizes out of range and classes that are too small', () => {
    const data = given([10, 2])
    const refuse = (options: Partial<SplitOptions>, words: RegExp) =>
      assert.throws(() => run(data, { validation: 0.1, seed: 1, ...options }), {
        name: 'UserError',
        message: words,
      })
    refuse({ validation: 0.6 }, /validation part must be a fraction.*received 0\.6/)
    refuse({ validation: -0.1 }, /received -0\.1/)
    refuse({ validation: Number.NaN }, /received NaN/)
    refuse({ validation: 2.5 }, /received 2\.5/)
    refuse({ test: 0.1 }, /class "2" has 2 examples.*too few for 3 parts/)
    refuse({ validation: 11 }, /11 of 12 examples for validation/)
    refuse({ validation: 1e9 }, /ask for fewer/)
  })
})

describe('a split for other programs', () => {
  const split: Split = {
    train: Uint32Array.of(1, 4),
    validation: Uint32Array.of(0),
    test: Uint32Array.of(2, 3),
  }
  const meta = {
    id: '0123456789abcdef',
    name: 'cards',
    kind: 'table' as const,
    shape: [2],
    dtype: 'float32' as const,
    classes: ['red', 'black, or so'],
    trainCount: 5,
    testCount: 0,
    source: '',
    columns: ['a', 'b'],
  }
  const asked = {
    dataset: {
      meta,
      examples: Float32Array.of(0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5),
      labels: Uint16Array.of(0, 1, 0, 1, 1),
    },
    split,
    options: { validation: 0.2, test: 0.4, seed: 1 },
    parts: ['train', 'test'] as const,
    examples: true,
  }
  const filesOf = (more: Partial<Parameters<typeof splitFiles>[0]>) =>
    new Map(
      splitFiles({ ...asked, format: 'csv', ...more }).map(({ name, chunks }) => [
        name,
        Buffer.concat([...chunks]),
      ]),
    )

  test('lists its examples in the order in which predictions come back', () => {
    assert.equal(
      filesOf({}).get('split.csv')?.toString(),
      [
        'part,position,index,label,class,a,b',
        'train,0,1,1,"black, or so",1,1.5',
        'train,1,4,1,"black, or so",4,4.5',
        'test,0,2,0,red,2,2.5',
        'test,1,3,1,"black, or so",3,3.5',
        '',
      ].join('\n'),
    )
  })

  test('is arrays that NumPy reads: 64 bytes of head at a time, then rows in order', () => {
    const files = filesOf({ format: 'npy' })
    assert.deepEqual(
      [...files.keys()],
      ['split.json', 'train_index.npy', 'train_labels.npy', 'train_examples.npy'].concat([
        'test_index.npy',
        'test_labels.npy',
        'test_examples.npy',
      ]),
    )
    const array = files.get('train_examples.npy') ?? Buffer.alloc(0)
    const start = 10 + array.readUInt16LE(8)
    assert.equal(start % 64, 0)
    assert.match(
      array.subarray(10, start).toString(),
      /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 2\), \} *\n$/,
    )
    assert.deepEqual(
      [0, 4, 8, 12].map((at) => array.readFloatLE(start + at)),
      [1, 1.5, 4, 4.5],
    )
    const labels = files.get('test_labels.npy') ?? Buffer.alloc(0)
    assert.match(labels.toString('latin1'), /'<u2'.*'shape': \(2,\), /)
    assert.deepEqual([...labels.subarray(-4)], [0, 0, 1, 0])
  })

  test('refuses pixels in tables', () => {
    const image = { ...asked.dataset, meta: { ...meta, kind: 'image' as const, shape: [1, 2, 1] } }
    assert.throws(() => filesOf({ dataset: image, format: 'parquet' }), UserError)
  })
})
