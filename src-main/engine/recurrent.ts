import type { ScanAttrs } from './recurrentAttrs.ts'
import * as tf from './tf.ts'

/*
 * The steps of a recurrent layer as one kernel, where the backend has it. The products with the inputs are no part of it:
 * they are one product for all steps, which tfjs differentiates.
 */

export interface ScanMore {
  /** [units] of the recurrent product of the new state, which a gruAfter has. */
  readonly bias?: tf.Tensor | undefined
  /** [batch, steps]: steps of 0 keep the state before them and give it out once more. */
  readonly mask?: tf.Tensor2D | undefined
}

export type Scan = (z: tf.Tensor3D, recurrent: tf.Tensor2D, more?: ScanMore) => tf.Tensor

/**
 * States of a cell over all steps, from zero: [batch, steps, units], or [batch, units] of the last step.
 * @returns undefined where the current backend has no such kernel; else a function of the input products
 * [batch, steps, gates · units], biases added, and of the recurrent kernel [units, gates · units]
 */
export function scanOf(attrs: ScanAttrs): Scan | undefined {
  const found: unknown = tf.getKernel('AnnealScan', tf.getBackend())
  return found === undefined ? undefined : (z, recurrent, more = {}) => scan(z, recurrent, more, attrs)
}

function scan(z: tf.Tensor3D, recurrent: tf.Tensor2D, { bias, mask }: ScanMore, attrs: ScanAttrs): tf.Tensor {
  const inputs = bias === undefined ? { z, recurrent } : { z, recurrent, bias }
  const masked = mask === undefined ? {} : { mask }
  const op = tf.customGrad<tf.Tensor>((...args) => {
    const save = args.at(-1)
    if (typeof save !== 'function') throw new Error('tf.customGrad passes its save function last.')
    const [value, ...kept] = tf
      .engine()
      .runKernel<tf.Tensor[]>('AnnealScan', { ...inputs, ...masked }, { ...attrs })
    if (value === undefined) throw new Error('AnnealScan gives the states first.')
    save([recurrent, ...kept, ...Object.values(masked)])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      gradient(dy, saved.slice(0, kept.length + 1), saved[kept.length + 1], attrs)
    return { value, gradFunc }
  })
  return op(...Object.values(inputs))
}

/** For the input products, for the recurrent kernel, which is one product over all steps, and for the bias if there is one. */
function gradient(
  dy: tf.Tensor,
  saved: readonly tf.Tensor[],
  mask: tf.Tensor | undefined,
  attrs: ScanAttrs,
): tf.Tensor[] {
  const [recurrent, gates, previous, extra] = saved
  if (recurrent === undefined || gates === undefined || previous === undefined) {
    throw new Error('the gradient of a recurrent layer was not given what was saved for it')
  }
  const inputs = {
    ...{ dy, recurrent, gates, previous },
    ...(extra !== undefined && { extra }),
    ...(mask !== undefined && { mask }),
  }
  const [dz, dProduct] = tf.engine().runKernel<tf.Tensor[]>('AnnealScanGrad', inputs, { ...attrs })
  if (dz === undefined) throw new Error('AnnealScanGrad gives the gradient of the input products first.')
  const [units = 0, columns = 0] = recurrent.shape
  const rows = tf.reshape<tf.Rank.R2>(dz, [-1, columns])
  const before = tf.reshape<tf.Rank.R2>(previous, [-1, units])
  const part = (from: number, size: number) => tf.slice(rows, [0, from], [-1, size])
  const product = (a: tf.Tensor2D, b: tf.Tensor2D) => tf.matMul(a, b, true)
  if (dProduct !== undefined) {
    const last = tf.reshape<tf.Rank.R2>(dProduct, [-1, units])
    return [dz, tf.concat([product(before, part(0, 2 * units)), product(before, last)], 1), tf.sum(last, 0)]
  }
  if (attrs.cell !== 'gru' || extra === undefined) return [dz, product(before, rows)]
  // The third part of this GRU's kernel is applied to what the reset gate let through.
  const reset = tf.reshape<tf.Rank.R2>(extra, [-1, units])
  return [dz, tf.concat([product(before, part(0, 2 * units)), product(reset, part(2 * units, units))], 1)]
}
