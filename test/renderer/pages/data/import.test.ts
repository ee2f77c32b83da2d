import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { importOptions } from '../../../../shared/data/importOptions.ts'
import { emptyDraft, optionsOf } from '../../../../src-renderer/pages/data/import/draft.ts'
import { draftOfPaths } from '../../../../src-renderer/pages/data/import/droppedDraft.ts'
import { refusalOf } from '../../../../src-renderer/pages/data/import/dropRefusal.ts'
import { mistakesIn, placeOf } from '../../../../src-renderer/pages/data/import/mistakes.ts'
import { balanceWords, cell, shapeWords } from '../../../../src-renderer/pages/data/words.ts'

describe('the options of a draft', () => {
  test('are those of its format, without what was left empty', () => {
    const draft = { ...emptyDraft, path: ' /data/cards.csv ', label: 'suit', testPath: ' ', classes: 'a, b' }
    assert.deepEqual(optionsOf(draft, 'csv'), {
      format: 'csv',
      path: '/data/cards.csv',
      label: 'suit',
      as: 'table',
      header: true,
      delimiter: ',',
      maxCategories: 100,
    })
    assert.deepEqual(optionsOf(draft, 'idx'), {
      format: 'idx',
      path: '/data/cards.csv',
      classes: ['a', 'b'],
    })
    assert.deepEqual(optionsOf(draft, 'cifar'), { format: 'cifar', path: '/data/cards.csv', labels: 'fine' })
  })

  test('hold numbers as numbers, what is none as it was typed, and a tab for \\t', () => {
    const draft = { ...emptyDraft, path: '/p', label: 'l', height: '32', width: 'wide', channels: '3' }
    assert.deepEqual(optionsOf(draft, 'images'), {
      format: 'images',
      path: '/p',
      resize: { height: 32, width: 'wide' },
      channels: 3,
    })
    assert.equal(optionsOf({ ...draft, delimiter: '\\t' }, 'csv').delimiter, '\t')
  })

  test('of a well-filled form are what the host takes', () => {
    const draft = { ...emptyDraft, path: '/p', label: 'suit', categorical: 'a, 3', height: '8', width: '9' }
    for (const format of ['idx', 'cifar', 'csv', 'parquet', 'numpy', 'images'] as const) {
      const options = optionsOf(draft, format)
      assert.deepEqual(mistakesIn(options, format), {})
      assert.ok(importOptions.safeParse(options).success, format)
    }
  })
})

describe('mistakes', () => {
  test('are told of every field at once', () => {
    const wrong = {
      ...emptyDraft,
      name: 'n'.repeat(101),
      delimiter: '',
      maxCategories: '1',
      categorical: ',',
    }
    const found = mistakesIn(optionsOf(wrong, 'csv'), 'csv')
    assert.deepEqual(Object.keys(found).sort(), ['delimiter', 'label', 'maxCategories', 'name', 'path'])
    assert.match(found.maxCategories ?? '', /^Must be at least 2 \(received 1\)\.$/)
  })

  test('agree with the rules of the host, field by field', () => {
    const drafts = [
      { ...emptyDraft, path: '/p', height: '-1', width: '2' },
      { ...emptyDraft, path: '/p', classes: 'only' },
      { ...emptyDraft, path: '/p', license: 'x'.repeat(2001) },
      { ...emptyDraft, path: '/p', label: 'l', maxCategories: '2.5' },
    ]
    for (const draft of drafts)
      for (const format of ['idx', 'cifar', 'csv', 'parquet', 'numpy', 'images'] as const) {
        const options = optionsOf(draft, format)
        const isFine = importOptions.safeParse(options).success
        assert.equal(Object.keys(mistakesIn(options, format)).length === 0, isFine, JSON.stringify(options))
      }
  })
})

describe('a refusal of the host stands', () => {
  const options = {
    path: '/data/a.csv',
    testPath: '/data/b: c.csv',
    label: 'x',
    categorical: ['y'],
    without: ['i'],
    name: 'n',
  }
  const cases: [string, string | undefined][] = [
    ['While importing a data set: labels: must be fine or coarse (received 1).', 'labels'],
    ['While opening /data/a.csv: there is no such file or folder; check the path.', 'path'],
    ['While opening /data/b: c.csv: permission is denied; check the path.', 'testPath'],
    ['While importing /data/a.csv: the name n belongs to the embedded data set; choose another.', 'name'],
    ['While reading a.csv: there is no column "x"; give a name (there are "a, b") or a position.', 'label'],
    ['While reading a.csv: there is no column "y"; give a name (there are "a, b").', 'categorical'],
    [
      'While reading a.csv: there is no column "i" (did you mean id?); give a name (there are "a").',
      'without',
    ],
    ['While reading a.csv: the column "x" is to be left out, but it is the label; keep it.', 'without'],
    ['While reading a.csv: the column mixes numbers ("1", line 2) and text ("red", line 3).', undefined],
  ]
  for (const [refusal, field] of cases)
    test(`${field === undefined ? 'by itself' : `beside ${field}`}: ${refusal.slice(0, 60)}`, () => {
      const placed = placeOf(refusal, options)
      assert.equal(placed?.[0], field)
      if (placed !== undefined) assert.match(placed[1], /^[A-Z].*\.$/)
    })
})

test('shapes, balance and cells in words', () => {
  const plain = (text: string) => text.replaceAll(/\s/g, ' ')
  assert.equal(plain(shapeWords({ kind: 'image', shape: [28, 32, 1] })), '28 × 32 pixels, grey')
  assert.equal(plain(shapeWords({ kind: 'image', shape: [8, 8, 3] })), '8 × 8 pixels, colour')
  assert.equal(plain(shapeWords({ kind: 'table', shape: [1] })), '1 feature')
  assert.equal(plain(balanceWords([5, 5])), '5 in each class')
  assert.equal(plain(balanceWords([5, 1200])), '5 to 1 200 in a class')
  // float32 of 0.1 as JSON carries it.
  assert.equal(cell(0.10000000149011612), '0.1')
  assert.equal(cell(-1234567), '-1234567')
})

test('paths dropped together are one data set where their names say how, else a sentence', () => {
  const draft = (...paths: string[]) => {
    const found = draftOfPaths(paths)
    return 'draft' in found ? found.draft : found.refusal
  }
  assert.deepEqual(draft('/a/b.csv'), { path: '/a/b.csv' })
  assert.deepEqual(draft('/a/test', '/a/train'), { path: '/a/train', testPath: '/a/test' })
  assert.deepEqual(
    draft('C:\\a\\t10k-labels.idx', 'C:\\a\\images.idx', 'C:\\a\\labels.idx', 'C:\\a\\t10k-images.idx'),
    {
      path: 'C:\\a\\images.idx',
      labels: 'C:\\a\\labels.idx',
      testImages: 'C:\\a\\t10k-images.idx',
      testLabels: 'C:\\a\\t10k-labels.idx',
    },
  )
  assert.deepEqual(draft('/a/images', '/a/labels'), {
    path: '/a/images',
    labels: '/a/labels',
    testImages: '',
    testLabels: '',
  })
  // "contest" and "latest" are no test parts.
  assert.match(String(draft('/a/contest.csv', '/a/latest.csv')), /^2 files or folders were dropped.*\.$/)
  assert.match(String(draft('/a/1', '/a/2', '/a/3')), /drop one table, or the one folder/)
  assert.match(String(draft()), /save it as a file first\.$/)
})

test('files that cannot lie beside each other on the host, none at all, or too many bytes are not sent', () => {
  const of = (...places: string[]) => places.map((place) => ({ place }))
  assert.equal(refusalOf(of('cats/1.png', 'dogs/1.png', '1.png'), 3), undefined)
  assert.match(refusalOf(of('cats/1.png', 'cats/1.png'), 2) ?? '', /^Two files called cats\/1\.png were/)
  assert.match(refusalOf([], 0) ?? '', /is empty/)
  assert.match(
    refusalOf(of('a.csv'), 2 ** 31 + 1) ?? '',
    /2049 MiB .* at most 200000 files of together 2 GiB/,
  )
})
