import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RunSummary } from '../../../../shared/api/runs.ts'
import { random } from '../../../../shared/random.ts'
import {
  heldInPlace,
  nextSorts,
  readSorts,
  rowsInView,
  type Sorts,
  writeSorts,
} from '../../../../src-renderer/pages/runs/view.ts'
import { epoch, row } from './row.ts'

const at = new Map<string, number | null>()
const matches = () => true
const idsOf = (runs: readonly RunSummary[]): string[] => runs.map(({ id }) => id)
const sorted = (runs: readonly RunSummary[], text: string): string[] =>
  idsOf(rowsInView(runs, { matches, sorts: readSorts(text), baseline: undefined, at }))

describe('order', () => {
  const runs = [
    row('a', { best: epoch(0.5) }),
    row('b', { best: null }),
    row('c', { best: epoch(0.9) }),
    row('d', { best: epoch(0.5) }),
  ]
  test('what is missing goes last either way, ties stay as they were', () => {
    assert.deepEqual(sorted(runs, '-best'), ['c', 'a', 'd', 'b'])
    assert.deepEqual(sorted(runs, 'best'), ['a', 'd', 'c', 'b'])
  })
  test('values at a step sort like any other', () => {
    const values = new Map([
      ['a', 3],
      ['c', 1],
      ['d', null],
    ])
    const rows = rowsInView(runs, { matches, sorts: readSorts('at'), baseline: undefined, at: values })
    assert.deepEqual(idsOf(rows), ['c', 'a', 'b', 'd'])
  })
  test('two columns at once agree with two stable sorts after each other', () => {
    const rng = random(3, 'orders')
    const many = Array.from({ length: 300 }, (_, i) =>
      row(
        `r${i}`,
        { best: rng.below(5) === 0 ? null : epoch(rng.below(4) / 4), tags: [] },
        { seed: rng.below(4) },
      ),
    )
    const bySeed = [...many].sort((a, b) => a.spec.seed - b.spec.seed)
    const score = (run: RunSummary): number => run.best?.valAccuracy ?? -1
    assert.deepEqual(sorted(many, '-best,seed'), idsOf(bySeed.sort((a, b) => score(b) - score(a))))
  })
  test('the baseline stands first, whatever the filter says', () => {
    const [a] = runs
    assert.ok(a)
    const rows = rowsInView(runs, {
      matches: ({ id }) => id === 'c',
      sorts: readSorts('-best'),
      baseline: a,
      at,
    })
    assert.deepEqual(idsOf(rows), ['a', 'c'])
  })
})

describe('the order in the address', () => {
  test('comes back as it was written', () => {
    for (const text of ['-best', 'best', '-best,model', 'name,-last'])
      assert.equal(writeSorts(readSorts(text)), text)
  })
  test('newest first needs no mention, and nonsense is newest first', () => {
    for (const text of [undefined, '', 'nonsense', 'ribbon', ',,', '-']) {
      assert.equal(writeSorts(readSorts(text)), undefined)
    }
    assert.equal(writeSorts(readSorts('best,best')), 'best')
    assert.equal(writeSorts(readSorts('nonsense,best')), 'best')
  })
})

test('clicks on headers: the usual direction, the other, then as at first; with shift the second', () => {
  const click = (sorts: Sorts, column: string, shift = false) => nextSorts(sorts, column, shift)
  const one = click(readSorts(undefined), 'best')
  assert.equal(writeSorts(one), '-best')
  assert.equal(writeSorts(click(one, 'best')), 'best')
  assert.equal(writeSorts(click(click(one, 'best'), 'best')), undefined)
  const two = click(one, 'model', true)
  assert.equal(writeSorts(two), '-best,model')
  assert.equal(writeSorts(click(two, 'model', true)), '-best,-model')
  assert.equal(writeSorts(click(click(two, 'model', true), 'model', true)), '-best')
  assert.equal(writeSorts(click(two, 'best', true)), 'best,model')
  assert.equal(writeSorts(click(two, 'last')), '-last')
})

test('held rows keep their places: new ones come below, those that are gone go', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => row(id))
  assert.ok(a && b && c && d)
  const candidates = new Map([a, c, d].map((run) => [run.id, run]))
  assert.deepEqual(idsOf(heldInPlace(['c', 'b', 'a'], [d, a], candidates)), ['c', 'a', 'd'])
  const changed = { ...a, stepsDone: 5 }
  assert.equal(heldInPlace(['a'], [], new Map([['a', changed]]))[0], changed)
})
