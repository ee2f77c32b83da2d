import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { timeKernels } from '../../../../src-main/engine/kernelTimes.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { assertSameOnBoth, coarse, type Op, startBoth, type Values } from './support.ts'

/* Comparisons, truth values, and what is chosen by them. */

before(() => startBoth())

type Two = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor
const comparisons: readonly Two[] = [
  ...[tf.equal, tf.notEqual, tf.greater, tf.greaterEqual, tf.less, tf.lessEqual],
]
const numbers =
  (op: Two, kind: 'float32' | 'int32' | 'bool'): Op =>
  (a, b) => {
    assert.ok(a && b)
    return tf.cast(op(tf.cast(a, kind), tf.cast(b, kind)), 'float32')
  }

/** Small whole numbers of both signs; among them, of float32, infinities and NaN. */
function some(...shape: number[]): Values {
  const values = coarse(...shape)
  return { ...values, values: values.values.map((value) => value - 1) }
}

test('comparisons of every kind of number, broadcast or not, equal the cpu backend', () => {
  const shapes = [
    [[37], [37]],
    [[5, 7], [7]],
    [
      [3, 1, 6],
      [3, 5, 1],
    ],
    [[9, 11], []],
    [[], [4]],
  ]
  for (const op of comparisons) {
    for (const [a = [], b = []] of shapes) {
      for (const kind of ['float32', 'int32', 'bool'] as const)
        assertSameOnBoth(numbers(op, kind), [some(...a), some(...b)], `${op.name} of ${kind}`, false)
    }
    const odd = { shape: [5], values: Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, -0, 0, 1) }
    assertSameOnBoth(
      numbers(op, 'float32'),
      [odd, { ...odd, values: odd.values.toReversed() }],
      op.name,
      false,
    )
  }
})

test('and, or, not, any, all and casts of truth values equal the cpu backend', () => {
  const bools =
    (op: (...truths: tf.Tensor[]) => tf.Tensor): Op =>
    (...given) =>
      tf.cast(op(...given.map((x) => tf.cast(x, 'bool'))), 'float32')
  const two = [some(4, 13), some(13)]
  assertSameOnBoth(
    bools((a, b) => tf.logicalAnd(a ?? [], b ?? [])),
    two,
    'and',
    false,
  )
  assertSameOnBoth(
    bools((a, b) => tf.logicalOr(a ?? [], b ?? [])),
    two,
    'or',
    false,
  )
  assertSameOnBoth(
    bools((a) => tf.logicalNot(a ?? [])),
    [some(3, 7)],
    'not',
    false,
  )
  for (const axis of [undefined, 0, 1, [0, 2]]) {
    for (const keep of [false, true]) {
      assertSameOnBoth(
        bools((a) => tf.any(a ?? [], axis, keep)),
        [some(3, 4, 6)],
        `any over ${axis}`,
        false,
      )
      assertSameOnBoth(
        bools((a) => tf.all(a ?? [], axis, keep)),
        [some(3, 2, 6)],
        `all over ${axis}`,
        false,
      )
    }
  }
  assertSameOnBoth(
    bools((a) => tf.transpose(tf.reverse(tf.tile(a ?? [], [2, 1]), 1))),
    [some(3, 5)],
    'moved',
    false,
  )
  assertSameOnBoth(
    bools((a) => tf.cast(tf.cast(a ?? [], 'int32'), 'bool')),
    [some(9)],
    'whole numbers',
    false,
  )
})

test('what is chosen by truth values, and its gradients, equal the cpu backend', () => {
  const by = some(5, 9)
  const holds = () => tf.greater(tf.tensor(by.values, by.shape), 0)
  const chosen: Op = (a, b) => {
    assert.ok(a && b)
    return tf.where(holds(), tf.square(a), tf.mul(b, 3))
  }
  assertSameOnBoth(chosen, [some(5, 9), some(5, 9)], 'of two tensors')
  assertSameOnBoth(chosen, [some(5, 9), some(1)], 'of one number')
})

test('truth values are read and written as bytes, and none of this runs in JavaScript', () => {
  tf.setBackend('simd')
  const { kernels } = timeKernels(() =>
    tf.tidy(() => {
      const given = tf.tensor([true, false, true], [3], 'bool')
      const [turned, any] = [tf.logicalNot(given), tf.any(given)]
      assert.deepEqual([...turned.dataSync()], [0, 1, 0])
      assert.ok(turned.dataSync() instanceof Uint8Array)
      assert.deepEqual([...any.dataSync()], [1])
      return tf.where(given, tf.cast(given, 'float32'), tf.zeros([3]))
    }),
  )
  assert.deepEqual(
    kernels.filter(({ javascript }) => javascript),
    [],
  )
})
