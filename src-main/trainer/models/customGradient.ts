import * as tf from '../../engine/tf.ts'

export interface DifferentiatedValue<T extends tf.Tensor> {
  value: T
  /** Gradients for `inputs`, in their order, given that of the value and the saved tensors. */
  gradFunc(dy: T, saved: tf.Tensor[]): tf.Tensor | tf.Tensor[]
}

/** A value of `inputs` with a gradient written by hand. `save` keeps the tensors that the gradient needs. */
export function withGradient<T extends tf.Tensor>(
  inputs: tf.Tensor[],
  compute: (save: tf.GradSaveFunc) => DifferentiatedValue<T>,
): T {
  const op = tf.customGrad<T>((...args) => {
    const save = args.at(-1)
    if (typeof save !== 'function') throw new Error('tf.customGrad passes its save function last.')
    return compute(save)
  })
  return op(...inputs)
}

/** The n-th saved tensor. */
export function savedTensor(saved: readonly tf.Tensor[], index: number): tf.Tensor {
  const tensor = saved[index]
  if (tensor === undefined) throw new Error(`The gradient asks for saved tensor ${index} of ${saved.length}.`)
  return tensor
}
