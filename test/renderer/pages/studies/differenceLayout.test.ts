import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differenceLayout } from '../../../../src-renderer/pages/studies/budget/differenceLayout.ts'

const four = [
  { name: 'Step', meanRank: 3.5 },
  { name: 'REX', meanRank: 1.25 },
  { name: 'Linear', meanRank: 2 },
  { name: 'None', meanRank: 3.25 },
]
const size = { width: 500, margin: 100 }

test('ranks stand on the axis from 1 at the left to k at the right', () => {
  const { ticks, methods } = differenceLayout(four, 1, size)
  assert.deepEqual(ticks, [
    { rank: 1, x: 100 },
    { rank: 2, x: 200 },
    { rank: 3, x: 300 },
    { rank: 4, x: 400 },
  ])
  assert.deepEqual(
    methods.map(({ name, side, x }) => [name, side, x]),
    [
      ['REX', 'left', 125],
      ['Linear', 'left', 200],
      ['None', 'right', 325],
      ['Step', 'right', 350],
    ],
  )
  // Leader lines of one side do not cross: the outermost method is named first.
  const rowOf = new Map(methods.map(({ name, y }) => [name, y]))
  assert.ok((rowOf.get('REX') ?? 0) < (rowOf.get('Linear') ?? 0))
  assert.ok((rowOf.get('Step') ?? 0) < (rowOf.get('None') ?? 0))
})

test('a bar joins what lies within the critical difference, whose length is drawn above the axis', () => {
  const { bars, ruler, axisFrom } = differenceLayout(four, 1.3, size)
  assert.deepEqual(
    bars.map(({ names, from, to }) => [names, from, to]),
    [
      [['REX', 'Linear'], 121, 204],
      [['Linear', 'None'], 196, 329],
      [['None', 'Step'], 321, 354],
    ],
  )
  assert.ok(new Set(bars.map(({ y }) => y)).size === bars.length)
  assert.deepEqual([ruler?.from, ruler?.to], [axisFrom, 230])
  assert.equal(differenceLayout(four, 99, size).ruler?.to, 400)
})

test('where nothing is told apart one bar joins all, and no length is drawn', () => {
  const { bars, ruler } = differenceLayout(four, undefined, size)
  assert.equal(ruler, undefined)
  assert.deepEqual(
    bars.map(({ names }) => names.length),
    [4],
  )
})
