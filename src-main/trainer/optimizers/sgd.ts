import type { OptimizerSpec } from '../../../shared/run/spec.ts'
import { optimizerStep } from '../../engine/fused.ts'
import * as tf from '../../engine/tf.ts'
import { assignAll, type StepSettings, TrainOptimizer } from './trainOptimizer.ts'
import { decayed, withDecay } from './weightDecay.ts'

type SgdSpec = Extract<OptimizerSpec, { kind: 'sgd' }>

/**
 * SGD as torch.optim.SGD defines it, without dampening: g += λw; b = μb + g; w -= η·b, or η·(g + μb) with Nesterov
 * (Sutskever et al. 2013). The rate multiplies the buffer when it is applied, so a rate that drops acts at once on
 * all past gradients. Decoupled decay is w -= ηλw before the step, and no part of b (SGDW, Loshchilov and Hutter
 * 2019, algorithm 1, with the rate as the multiplier, as PyTorch's AdamW has it). A step with momentum 0 leaves the
 * buffer as it is, as in PyTorch.
 */
export class Sgd extends TrainOptimizer<SgdSpec> {
  protected override readonly slots = ['momentum']

  protected override kernelAttributes(settings: StepSettings): tf.NamedAttrMap {
    const { nesterov, decoupled } = this.spec
    const { lr, momentum = this.spec.momentum, weightDecay = this.spec.weightDecay } = settings
    const decay = decoupled ? 0 : weightDecay
    const keep = decoupled ? 1 - lr * weightDecay : 1
    return { lr, momentum, decay, keep, nesterov }
  }

  protected override update(variable: tf.Variable, gradient: tf.Tensor, settings: StepSettings): void {
    const { nesterov, decoupled } = this.spec
    const { lr, momentum = this.spec.momentum, weightDecay = this.spec.weightDecay } = settings
    const buffer = momentum === 0 ? variable : this.slot(variable, 'momentum')
    const tensors = { w: variable, g: gradient, momentum: buffer }
    const fused = optimizerStep('Sgd', tensors, this.kernelAttributes(settings))
    if (fused !== undefined) {
      assignAll(momentum === 0 ? [variable] : [variable, buffer], fused)
      return
    }
    let direction = decoupled ? gradient : withDecay(gradient, variable, weightDecay)
    if (momentum !== 0) {
      buffer.assign(tf.add(tf.mul(buffer, momentum), direction))
      direction = nesterov ? tf.add(direction, tf.mul(buffer, momentum)) : buffer
    }
    const kept = decoupled ? decayed(variable, lr, weightDecay) : variable
    variable.assign(tf.sub(kept, tf.mul(direction, lr)))
  }
}
