import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nameParts } from '../../../src-renderer/format/nameEnd.ts'

test('the end of a name that is cut has the seed, and the share of the budget where there is one', () => {
  assert.deepEqual(nameParts('1cycle to 1, SGD 0.9 wd 1e-4, fashion-mnist-12k, ResNet-8, seed 2'), {
    start: '1cycle to 1, SGD 0.9 wd 1e-4, fashion-mnist-12k, ResNet-8,',
    end: ' seed 2',
  })
  assert.equal(nameParts('weightDecay 1e-4, 25 %, seed 12').end, ' 25 %, seed 12')
  assert.equal(nameParts('weightDecay 1e-4, seed 2 (ab12)').end, ' seed 2 (ab12)')
  assert.deepEqual(nameParts('onelongwordwithoutanyspace'), { start: 'onelongwordwithoutanyspace', end: '' })
})

test('the two parts are the name, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', ',', '1') }), (name) => {
      const { start, end } = nameParts(name)
      assert.equal(start + end, name)
      assert.ok(end.length <= 15)
    }),
  )
})
