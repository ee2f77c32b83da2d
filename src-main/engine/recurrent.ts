import type { ScanAttrs } from './recurrentAttrs.ts'
import * as tf from './tf.ts'

/*
 * The steps of a recurrent layer as one kernel, where the backend has it. The products with the inputs are no part of it:
 * they are one product for all steps, which tfjs differentiates.
 */

export type Scan = (z: tf.Tensor3D, recurrent: tf.Tensor2D) => tf.Tensor

/**
 * States of a cell over all steps, from zero: [batch, steps, units], or [batch, units] of the last step.
 * @returns undefined where the current backend has no such kernel; else a function of the input products
 * [batch, steps, gates · units], biases added, and of the recurrent kernel [units, gates · units]
 */
export function scanOf(attrs: ScanAttrs): Scan | undefined {
  const found: unknown = tf.getKernel('AnnealScan', tf.getBackend())
  return found === undefined ? undefined : (z, recurrent) => scan(z, recurrent, attrs)
}

function scan(z: tf.Tensor3D, recurrent: tf.Tensor2D, attrs: ScanAttrs): tf.Tensor {
  const op = tf.customGrad<tf.Tensor>((...args) => {
    const save = args.at(-1)
    if (typeof save !== 'function') throw new Error('tf.customGrad passes its save function last.')
    const [value, ...kept] = tf.engine().runKernel<tf.Tensor[]>('AnnealScan', { z, recurrent }, { ...attrs })
    if (value === undefined) throw new Error('AnnealScan gives the states first.')
    save([recurrent, ...kept])
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradient(dy, saved, attrs) }
  })
  return op(z, recurrent)
}

/** For the input products and for the recurrent kernel: that is one product over all steps. */
function gradient(dy: tf.Tensor, saved: readonly tf.Tensor[], attrs: ScanAttrs): tf.Tensor[] {
  const [recurrent, gates, previous, extra] = saved
  if (recurrent === undefined || gates === undefined || previous === undefined) {
    throw new Error('the gradient of a recurrent layer was not given what was saved for it')
  }
  const inputs =
    extra === undefined ? { dy, recurrent, gates, previous } : { dy, recurrent, gates, previous, extra }
  const dz = tf.engine().runKernel<tf.Tensor3D>('AnnealScanGrad', inputs, { ...attrs })
  const [units = 0, columns = 0] = recurrent.shape
  const rows = tf.reshape<tf.Rank.R2>(dz, [-1, columns])
  const before = tf.reshape<tf.Rank.R2>(previous, [-1, units])
  if (attrs.cell !== 'gru' || extra === undefined) return [dz, tf.matMul(before, rows, true)]
  // The third part of a GRU's kernel is applied to what the reset gate let through.
  const part = (from: number, size: number) => tf.slice(rows, [0, from], [-1, size])
  const reset = tf.reshape<tf.Rank.R2>(extra, [-1, units])
  const gated = tf.matMul(before, part(0, 2 * units), true)
  return [dz, tf.concat([gated, tf.matMul(reset, part(2 * units, units), true)], 1)]
}
