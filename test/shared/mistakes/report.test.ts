import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { cellOf, confusedPairs } from '../../../shared/mistakes/confusion.ts'
import { disputed, ofCell } from '../../../shared/mistakes/examples.ts'
import { confidentJoint } from '../../../shared/mistakes/labelErrors.ts'
import { mistakeReport } from '../../../shared/mistakes/report.ts'

const numbers = z.array(z.number())
const golden = z
  .object({
    labels: numbers,
    probs: numbers,
    confusion: numbers,
    precision: numbers,
    recall: numbers,
    f1: numbers,
    thresholds: numbers,
  })
  .parse(JSON.parse(readFileSync(new URL('./sklearn.json', import.meta.url), 'utf8')))
const classes = 4
const truth = { labels: golden.labels, classes }
const member = { probs: Float64Array.from(golden.probs) }
const report = mistakeReport([member], truth, 'average', [1])
const row = (n: number): number[] => golden.probs.slice(n * classes, (n + 1) * classes)

const near = (found: readonly (number | null)[], wanted: readonly number[]): void => {
  assert.equal(found.length, wanted.length)
  for (const [i, value] of found.entries())
    assert.ok(
      Math.abs((value ?? Number.NaN) - (wanted[i] ?? 0)) < 1e-12,
      `place ${i}: ${value}, ${wanted[i]}`,
    )
}

describe('what a predictor gets wrong', () => {
  it('has the confusion matrix, precision, recall and F1 of scikit-learn', () => {
    assert.deepEqual([...report.confusion.counts], golden.confusion)
    near(
      report.classes.map(({ precision }) => precision),
      golden.precision,
    )
    near(
      report.classes.map(({ recall }) => recall),
      golden.recall,
    )
    near(
      report.classes.map(({ f1 }) => f1),
      golden.f1,
    )
  })

  it('shows shares that sum to 1 by row and by column', () => {
    for (let c = 0; c < classes; c++) {
      const sum = (cell: (k: number) => number | null) =>
        Array.from({ length: classes }, (_, k) => cell(k) ?? 0).reduce((a, b) => a + b, 0)
      near([sum((k) => cellOf(report.confusion, c, k, 'rows'))], [1])
      near([sum((k) => cellOf(report.confusion, k, c, 'columns'))], [1])
    }
  })

  it('lists each mistake once, the surest first, and the same ones cell by cell', () => {
    const wrong = golden.labels.flatMap((label, n) => {
      const p = row(n)
      return p.indexOf(Math.max(...p)) === label ? [] : [{ n, top: Math.max(...p) }]
    })
    assert.deepEqual(
      report.worst.map(({ row: n }) => n),
      wrong.sort((a, b) => b.top - a.top).map(({ n }) => n),
    )
    const byCell = confusedPairs(report.confusion).flatMap(({ label, guess, count }) => {
      const found = ofCell(report.answers, label, guess)
      assert.equal(found.length, count)
      return found.map(({ row: n }) => n)
    })
    assert.deepEqual(
      byCell.sort((a, b) => a - b),
      report.worst.map(({ row: n }) => n).sort((a, b) => a - b),
    )
  })

  it('doubts the labels that the definition of confident learning doubts', () => {
    near([...confidentJoint(member.probs, truth).thresholds], golden.thresholds)
    const naive = golden.labels.flatMap((label, n) => {
      const sure = row(n)
        .map((p, c) => ({ p, c }))
        .filter(({ p, c }) => p >= (golden.thresholds[c] ?? 2))
        .sort((a, b) => b.p - a.p)
      const likely = sure[0]?.c
      const others = row(n).filter((_, c) => c !== label)
      return likely === undefined || likely === label
        ? []
        : [{ row: n, label, likely, margin: (row(n)[label] ?? 0) - Math.max(...others) }]
    })
    assert.ok(naive.length > 3, 'the data must hold doubtful labels')
    assert.deepEqual(
      report.doubts,
      naive.sort((a, b) => a.margin - b.margin),
    )
  })

  it('orders examples by the members they defeat, and finds what two members dispute', () => {
    const turned = { probs: Float64Array.from(golden.probs.map((_, i) => golden.probs[i ^ 1] ?? 0)) }
    const both = mistakeReport([member, turned], truth, 'average', [1, 1])
    const [a, b] = both.members
    assert.ok(a && b)
    for (const { row: n, wrong } of both.hardest)
      assert.equal(wrong, [a, b].filter(({ argmax }) => argmax[n] !== golden.labels[n]).length)
    const counts = both.hardest.map(({ wrong }) => wrong)
    assert.deepEqual(
      counts,
      counts.toSorted((x, y) => y - x),
    )
    // Swapping neighbours moves every prediction.
    assert.equal(disputed(a, b).length, golden.labels.length)
    assert.deepEqual(disputed(a, a), [])
  })

  it('says nothing of classes without examples, and counts NaN as wrong', () => {
    const odd = mistakeReport(
      [{ probs: Float32Array.of(0.9, 0.1, 0, Number.NaN, Number.NaN, Number.NaN) }],
      { labels: [0, 1], classes: 3 },
      'average',
      [1],
    )
    assert.deepEqual(odd.classes[2], {
      ...{ label: 2, examples: 0, predicted: 0, correct: 0 },
      ...{ precision: null, recall: null, f1: null },
    })
    assert.deepEqual(
      odd.worst.map(({ row: n, guess }) => [n, guess]),
      [[1, -1]],
    )
    assert.equal(odd.accuracy, 0.5)
  })
})
