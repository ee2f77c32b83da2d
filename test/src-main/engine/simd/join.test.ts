import { before, test } from 'node:test'
import * as tf from '../../../../src-main/engine/tf.ts'
import { assertSameOnBoth, normal, rng, startBoth } from './support.ts'

before(() => startBoth())

test('tensors joined along any axis, and their gradients, equal the cpu backend', () => {
  for (let i = 0; i < 30; i++) {
    const shape = Array.from({ length: 1 + rng.below(5) }, () => 1 + rng.below(4))
    const axis = rng.below(shape.length)
    const parts = Array.from({ length: 1 + rng.below(3) }, () =>
      normal(...shape.map((size, at) => (at === axis ? 1 + rng.below(20) : size))),
    )
    const spelt = rng.below(2) === 0 ? axis : axis - shape.length
    assertSameOnBoth((...xs) => tf.concat(xs, spelt), parts, `${shape} along ${spelt}`)
  }
  assertSameOnBoth((a, b) => tf.concat([a, b]), [normal(1, 40_000), normal(2, 40_000)], 'rows of many pieces')
  const none = normal(3, 0)
  assertSameOnBoth(
    (a, b, c) => tf.concat([a, b, c], 1),
    [normal(3, 2), none, normal(3, 1)],
    'an empty part',
    false,
  )
})

test('tensors split along any axis equal the cpu backend', () => {
  for (const [shape, sizes, axis] of [
    [[2, 3, 7], [1, 4, 2], 2],
    [[6, 5], 3, 0],
    [[2, 9, 3], [4, -1], 1],
    [[4, 50_000], [20_000, 30_000], -1],
  ] as const) {
    const parts = typeof sizes === 'number' ? sizes : [...sizes]
    assertSameOnBoth((a) => tf.split(a, parts, axis), [normal(...shape)], `${shape} into ${sizes}`, false)
  }
})
