import { lossAttrs, type OptimizerKernel, rmspropAttrs, sgdAttrs, stepScalars } from '../../fusedAttrs.ts'
import type * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { chunkNumbers, input, register, sizeOf } from '../register.ts'

/** The loss and the optimizers, each in one pass; see engine/fused.ts. */
export function registerTraining(): void {
  register('AnnealSoftmaxLoss', (backend, inputs, attrs) => {
    const [logits, labels] = [input(inputs, 'logits'), input(inputs, 'labels')]
    const { smoothing } = lossAttrs.parse(attrs)
    const [rows = 1, classes = 1] = logits.shape
    const off = smoothing / classes
    const [losses, loss, gradient] = [backend.make([rows]), backend.make([]), backend.make(logits.shape)]
    const tensors = [
      backend.address(logits),
      backend.address(labels, 'int32'),
      backend.address(losses),
      backend.address(gradient),
    ]
    backend.pool.dispatch(
      'softmaxLoss',
      [...tensors, classes, 1 - smoothing + off, off, 1 / rows],
      rows,
      Math.ceil(4096 / classes),
    )
    backend.pool.dispatch(
      'sumMiddle',
      [backend.address(losses), backend.address(loss), rows, 1, 1 / rows],
      1,
      1,
    )
    backend.disposeData(losses.dataId)
    return [loss, gradient]
  })
  register('AnnealSgdStep', (backend, inputs, attrs) => {
    const tensors = [inputs.w, inputs.g, inputs.momentum]
    return step(backend, 'sgdStep', tensors, sgdAttrs.parse(attrs).momentum === 0 ? 1 : 2, attrs)
  })
  register('AnnealAdamStep', (backend, inputs, attrs) =>
    step(backend, 'adamStep', [inputs.w, inputs.g, inputs.first, inputs.second], 3, attrs),
  )
  register('AnnealRmspropStep', (backend, inputs, attrs) => {
    const tensors = [inputs.w, inputs.g, inputs.square, inputs.momentum]
    return step(backend, 'rmspropStep', tensors, rmspropAttrs.parse(attrs).momentum === 0 ? 2 : 3, attrs)
  })
}

/**
 * New weights and new state, in tensors of their own: the old ones may be shared with clones. With momentum 0 the
 * kernels do not touch the momentum, and the last of the results is left out.
 */
function step(
  backend: SimdBackend,
  kernel: OptimizerKernel,
  tensors: readonly (tf.TensorInfo | undefined)[],
  results: number,
  attrs: tf.NamedAttrMap,
): tf.TensorInfo[] {
  const [w] = tensors
  if (w === undefined) throw new Error('an optimizer step was given no weights')
  const made = Array.from({ length: results }, () => backend.make(w.shape))
  const places = [...tensors.map((each) => (each === undefined ? 0 : backend.address(each)))]
  const targets = [
    ...made.map((each) => backend.address(each)),
    ...Array(tensors.length - 1 - results).fill(0),
  ]
  backend.pool.dispatch(
    kernel,
    [...places, ...targets, ...stepScalars(kernel)(attrs)],
    sizeOf(w.shape),
    chunkNumbers,
  )
  return made
}
