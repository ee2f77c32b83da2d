import { adamAttrs, lossAttrs, rmspropAttrs, sgdAttrs } from '../../fusedAttrs.ts'
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
    const { lr, momentum, decay, keep, nesterov } = sgdAttrs.parse(attrs)
    const scalars = [lr, momentum, decay, keep, nesterov ? 1 : 0]
    return step(backend, 'sgdStep', [inputs.w, inputs.g, inputs.momentum], momentum === 0 ? 1 : 2, scalars)
  })
  register('AnnealAdamStep', (backend, inputs, attrs) => {
    const { stepSize, beta1, beta2, inverseRoot, epsilon, decay, keep } = adamAttrs.parse(attrs)
    const scalars = [stepSize, beta1, 1 - beta1, beta2, 1 - beta2, inverseRoot, epsilon, decay, keep]
    return step(backend, 'adamStep', [inputs.w, inputs.g, inputs.first, inputs.second], 3, scalars)
  })
  register('AnnealRmspropStep', (backend, inputs, attrs) => {
    const { lr, alpha, momentum, epsilon, decay } = rmspropAttrs.parse(attrs)
    const scalars = [lr, alpha, 1 - alpha, momentum, epsilon, decay]
    const tensors = [inputs.w, inputs.g, inputs.square, inputs.momentum]
    return step(backend, 'rmspropStep', tensors, momentum === 0 ? 2 : 3, scalars)
  })
}

/**
 * New weights and new state, in tensors of their own: the old ones may be shared with clones. With momentum 0 the
 * kernels do not touch the momentum, and the last of the results is left out.
 */
function step(
  backend: SimdBackend,
  kernel: string,
  tensors: readonly (tf.TensorInfo | undefined)[],
  results: number,
  scalars: readonly number[],
): tf.TensorInfo[] {
  const [w] = tensors
  if (w === undefined) throw new Error('an optimizer step was given no weights')
  const made = Array.from({ length: results }, () => backend.make(w.shape))
  const places = [...tensors.map((each) => (each === undefined ? 0 : backend.address(each)))]
  const targets = [
    ...made.map((each) => backend.address(each)),
    ...Array(tensors.length - 1 - results).fill(0),
  ]
  backend.pool.dispatch(kernel, [...places, ...targets, ...scalars], sizeOf(w.shape), chunkNumbers)
  return made
}
