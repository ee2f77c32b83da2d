import type { OptimizerSpec } from '../../../shared/run/spec.ts'
import { optimizerStep } from '../../engine/fused.ts'
import * as tf from '../../engine/tf.ts'
import { assignAll, type StepSettings, TrainOptimizer } from './trainOptimizer.ts'
import { withDecay } from './weightDecay.ts'

type RmspropSpec = Extract<OptimizerSpec, { kind: 'rmsprop' }>

/**
 * RMSProp as torch.optim.RMSprop defines it, not centered: g += λw; v = αv + (1 - α)g²; d = g / (√v + ε);
 * w -= η·d, or b = μb + d and w -= η·b with momentum (Tieleman and Hinton 2012, lecture 6.5). A step with momentum 0
 * leaves b as it is, as in PyTorch.
 */
export class Rmsprop extends TrainOptimizer<RmspropSpec> {
  protected override readonly slots = ['squareAverage', 'momentum']

  protected override kernelAttributes(settings: StepSettings): tf.NamedAttrMap {
    const { alpha, epsilon } = this.spec
    const { lr, momentum = this.spec.momentum, weightDecay: decay = this.spec.weightDecay } = settings
    return { lr, alpha, momentum, epsilon, decay }
  }

  protected override update(variable: tf.Variable, gradient: tf.Tensor, settings: StepSettings): void {
    const { alpha, epsilon } = this.spec
    const { lr, momentum = this.spec.momentum, weightDecay = this.spec.weightDecay } = settings
    const square = this.slot(variable, 'squareAverage')
    const buffer = momentum === 0 ? variable : this.slot(variable, 'momentum')
    const tensors = { w: variable, g: gradient, square, momentum: buffer }
    const fused = optimizerStep('Rmsprop', tensors, this.kernelAttributes(settings))
    if (fused !== undefined) {
      assignAll(momentum === 0 ? [variable, square] : [variable, square, buffer], fused)
      return
    }
    const g = withDecay(gradient, variable, weightDecay)
    square.assign(tf.add(tf.mul(square, alpha), tf.mul(tf.square(g), 1 - alpha)))
    let direction: tf.Tensor = tf.div(g, tf.add(tf.sqrt(square), epsilon))
    if (momentum !== 0) {
      buffer.assign(tf.add(tf.mul(buffer, momentum), direction))
      direction = buffer
    }
    variable.assign(tf.sub(variable, tf.mul(direction, lr)))
  }
}
