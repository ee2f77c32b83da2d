import { z } from 'zod'
import * as tf from '../tf.ts'
import { findKernel, overrideKernel, ownTensor } from './override.ts'

const attributes = z.object({ transposeA: z.boolean(), transposeB: z.boolean() })

/**
 * Registers BatchMatMul for the wasm backend: XNNPACK serves it only when neither side is transposed, and the plain
 * loop for the others is ten times slower than transposing first. Both products of a dense layer's gradient are such.
 */
export function registerMatMul(): void {
  const plain = findKernel('BatchMatMul')
  if (plain === undefined) throw new Error('the wasm backend registered no BatchMatMul')
  const fresh = differentlyShapedCopies()
  overrideKernel('BatchMatMul', ({ a, b }, attrs, stock) => {
    const { transposeA, transposeB } = attributes.parse(attrs)
    if (a === undefined || b === undefined) return stock()
    const inputs = { a: transposeA ? turn(a) : a, b: transposeB ? turn(b) : fresh(b) }
    return ownTensor(
      plain.kernelFunc({ inputs, attrs: { transposeA: false, transposeB: false }, backend: tf.backend() }),
    )
  })
}

/**
 * The backend keeps a packed copy of every right side under the id of its data, and forgets that a reshaped tensor
 * shares the id: a second product with another shape of the same data would read the first one's packing, out of
 * bounds. So the second shape gets data of its own.
 */
function differentlyShapedCopies(): (b: tf.Tensor) => tf.Tensor {
  const packedAs = new WeakMap<tf.DataId, string>()
  return (b) => {
    const shape = b.shape.join()
    const packed = packedAs.get(b.dataId)
    if (packed === undefined) packedAs.set(b.dataId, shape)
    return packed === undefined || packed === shape ? b : tf.add(b, 0)
  }
}

function turn(matrix: tf.Tensor): tf.Tensor {
  const axes = matrix.shape.map((_, axis) => axis)
  const [row, column] = [matrix.rank - 2, matrix.rank - 1]
  axes[row] = column
  axes[column] = row
  return tf.transpose(matrix, axes)
}
