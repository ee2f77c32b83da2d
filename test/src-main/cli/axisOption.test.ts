import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseAxis } from '../../../src-main/cli/axisOption.ts'

const valuesOf = (text: string) => parseAxis(text).values

test('values are JSON where they can be read as JSON, else text', () => {
  assert.deepEqual(parseAxis('schedule.lrMax=0.01,1e-3,.5,+2'), {
    path: 'schedule.lrMax',
    values: [0.01, 0.001, 0.5, 2],
  })
  assert.deepEqual(valuesOf('model.hidden=[64], [256, 128]'), [[64], [256, 128]])
  assert.deepEqual(valuesOf('optimizer.nesterov=true,false'), [true, false])
  assert.deepEqual(valuesOf('dataset.name=fashion-mnist-12k,clouds'), ['fashion-mnist-12k', 'clouds'])
  assert.deepEqual(valuesOf('name="a,b",c=d'), ['a,b', 'c=d'])
  assert.deepEqual(valuesOf('name="a \\"quoted, one\\""'), ['a "quoted, one"'])
})

test('a word for a whole schedule is a preset; other forms stay as they are', () => {
  assert.deepEqual(valuesOf('schedule=rex,{"run":"mwt"},{"kind":"constant","lr":0.1}'), [
    { preset: 'rex' },
    { run: 'mwt' },
    { kind: 'constant', lr: 0.1 },
  ])
  assert.deepEqual(valuesOf('schedule.kind=rex'), ['rex'])
})

test('ranges: scale and count in any order, and every whole number between whole ends', () => {
  const full = { from: 0.001, to: 1, count: 7, scale: 'log' }
  assert.deepEqual(valuesOf('schedule.lrMax=0.001..1:log:7'), full)
  assert.deepEqual(valuesOf('schedule.lrMax=1e-3..1:7:log'), full)
  assert.deepEqual(valuesOf('schedule.lrMax=.1...5'), { from: 0.1, to: 0.5, count: 5, scale: 'linear' })
  assert.deepEqual(valuesOf('seed=1..3'), { from: 1, to: 3, count: 3, scale: 'linear' })
  assert.deepEqual(valuesOf('batchSize=16..256:log'), { from: 16, to: 256, count: 5, scale: 'log' })
  assert.deepEqual(valuesOf('a=-1..1:3'), { from: -1, to: 1, count: 3, scale: 'linear' })
})

test('mistakes name the axis, the rule and the value', () => {
  const refused: [string, RegExp][] = [
    ['schedule.lrMax', /--axis: must be PATH=VALUES.*received "schedule.lrMax"/],
    ['=1,2', /must be PATH=VALUES/],
    ['seed=', /axis seed: must have at least one value/],
    ['seed=1,,2', /axis seed: no value may be empty \(received "1,,2"\)/],
    ['model.hidden=[64', /axis model.hidden: a quote, bracket or brace must be closed/],
    ['schedule.lrMax=0.1..1:logs', /axis schedule.lrMax: a range is FROM\.\.TO .*received "logs"/],
    ['schedule.lrMax=0.1..1:3:4', /axis schedule.lrMax: a range .*received "4"/],
  ]
  for (const [text, words] of refused) assert.throws(() => parseAxis(text), words, text)
})

test('any list of JSON values that is written between commas is read as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ maxDepth: 3 }), { minLength: 1, maxLength: 5 }), (values) => {
      const written = values.map((value) => JSON.stringify(value)).join(',')
      assert.deepEqual(valuesOf(`x=${written}`), JSON.parse(`[${written}]`))
    }),
  )
})
