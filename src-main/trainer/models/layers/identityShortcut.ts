import * as tf from '../../../engine/tf.ts'
import { withGradient } from '../customGradient.ts'

/**
 * The parameter-free shortcut of He et al. 2016, section 4.2 (option A): every stride-th pixel, and zeros for the
 * channels beyond those of x. The gradient spreads dy back over a grid of zeros; it is written here because tfjs has
 * none for a strided slice.
 */
export function identityShortcut(x: tf.Tensor4D, stride: number, channels: number): tf.Tensor4D {
  const [batch, height, width, own] = x.shape
  if (stride === 1 && own === channels) return x
  return withGradient<tf.Tensor4D>([x], () => {
    const size: [number, number, number, number] = [
      batch,
      Math.ceil(height / stride),
      Math.ceil(width / stride),
      own,
    ]
    const picked = tf.stridedSlice(x, [0, 0, 0, 0], [batch, height, width, own], [1, stride, stride, 1])
    const value = tf.pad4d(tf.reshape<tf.Rank.R4>(picked, size), [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, channels - own],
    ])
    return { value, gradFunc: (dy) => spread(dy, stride, [batch, height, width, own]) }
  })
}

function spread(dy: tf.Tensor4D, stride: number, [batch, height, width, own]: Shape4): tf.Tensor4D {
  const [, rows, columns] = dy.shape
  const kept = tf.slice4d(dy, [0, 0, 0, 0], [batch, rows, columns, own])
  const apart = tf.pad(tf.reshape(kept, [batch * rows, 1, columns, own]), [
    [0, 0],
    [0, stride - 1],
    [0, 0],
    [0, own * (stride - 1)],
  ])
  const grid = tf.reshape<tf.Rank.R4>(apart, [batch, rows * stride, columns * stride, own])
  if (rows * stride === height && columns * stride === width) return grid
  return tf.slice4d(grid, [0, 0, 0, 0], [batch, height, width, own])
}

type Shape4 = readonly [number, number, number, number]
