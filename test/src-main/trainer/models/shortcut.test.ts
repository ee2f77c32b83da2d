import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as tf from '../../../../src-main/engine/tf.ts'
import { identityShortcut } from '../../../../src-main/trainer/models/layers/identityShortcut.ts'
import { switchTo } from '../../engine/deviceUnderTest.ts'
import { dot, normals, numbersOf } from './support.ts'

before(() => switchTo())

const cases: { shape: [number, number, number, number]; stride: number; channels: number }[] = [
  { shape: [2, 4, 4, 3], stride: 2, channels: 6 },
  { shape: [2, 5, 3, 2], stride: 2, channels: 5 },
  { shape: [1, 4, 3, 2], stride: 1, channels: 4 },
  { shape: [2, 4, 5, 3], stride: 2, channels: 3 },
]

for (const { shape, stride, channels } of cases) {
  const [batch, height, width, own] = shape
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)]

  const apply = (x: tf.Tensor) => identityShortcut(tf.reshape<tf.Rank.R4>(x, shape), stride, channels)

  test(`option A on [${shape}] with stride ${stride} to ${channels} channels picks pixels and adds zeros`, async () => {
    const x = normals('x', shape)
    const y = apply(x)
    assert.deepEqual(y.shape, [batch, rows, columns, channels])
    const [given, got] = [await numbersOf(x), await numbersOf(y)]
    for (const [i, value] of got.entries()) {
      const channel = i % channels
      const column = Math.floor(i / channels) % columns
      const row = Math.floor(i / channels / columns) % rows
      const example = Math.floor(i / channels / columns / rows)
      const source = ((example * height + row * stride) * width + column * stride) * own + channel
      assert.equal(value, channel < own ? given[source] : 0)
    }
  })

  test(`option A on [${shape}]: the gradient is the transpose, <A'v, x> = <v, Ax>`, async () => {
    const [x, v] = [normals('x', shape), normals('v', [batch, rows, columns, channels])]
    const pulled = tf.grad(apply)(x, v)
    const left = dot(await numbersOf(pulled), await numbersOf(x))
    const right = dot(await numbersOf(v), await numbersOf(apply(x)))
    assert.ok(Math.abs(left - right) < 1e-5, `${left} is not ${right}`)
  })
}
