import type { OptimizerSpec } from '../../../shared/run/spec.ts'
import { optimizerStep } from '../../engine/fused.ts'
import * as tf from '../../engine/tf.ts'
import { assignAll, type StepSettings, TrainOptimizer } from './trainOptimizer.ts'
import { decayed, withDecay } from './weightDecay.ts'

type AdamSpec = Extract<OptimizerSpec, { kind: 'adam' | 'adamw' }>

/**
 * Adam and AdamW (Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019) as torch.optim defines them: Adam adds
 * its decay to the gradient before the moments see it, AdamW takes it off the weights. The bias corrections are
 * 1 - β1^t and 1 - β2^t with the β of this step, as in PyTorch: under a β1 that changes they differ from the running
 * product of all β1.
 */
export class Adam extends TrainOptimizer<AdamSpec> {
  protected override readonly slots = ['moment1', 'moment2']

  protected override kernelAttributes(settings: StepSettings, stepsApplied: number): tf.NamedAttrMap {
    const { kind, beta2, epsilon } = this.spec
    const { lr, momentum: beta1 = this.spec.beta1, weightDecay = this.spec.weightDecay } = settings
    const decay = kind === 'adam' ? weightDecay : 0
    const keep = kind === 'adamw' ? 1 - lr * weightDecay : 1
    return { ...corrections(lr, beta1, beta2, stepsApplied), beta1, beta2, epsilon, decay, keep }
  }

  protected override update(
    variable: tf.Variable,
    gradient: tf.Tensor,
    settings: StepSettings,
    stepsApplied: number,
  ): void {
    const { kind, beta2, epsilon } = this.spec
    const { lr, momentum: beta1 = this.spec.beta1, weightDecay = this.spec.weightDecay } = settings
    const [first, second] = [this.slot(variable, 'moment1'), this.slot(variable, 'moment2')]
    const tensors = { w: variable, g: gradient, first, second }
    const fused = optimizerStep('Adam', tensors, this.kernelAttributes(settings, stepsApplied))
    if (fused !== undefined) {
      assignAll([variable, first, second], fused)
      return
    }
    const { stepSize, inverseRoot } = corrections(lr, beta1, beta2, stepsApplied)
    const g = kind === 'adam' ? withDecay(gradient, variable, weightDecay) : gradient
    const kept = kind === 'adamw' ? decayed(variable, lr, weightDecay) : variable
    first.assign(tf.add(tf.mul(first, beta1), tf.mul(g, 1 - beta1)))
    second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(g), 1 - beta2)))
    const denominator = tf.add(tf.mul(tf.sqrt(second), inverseRoot), epsilon)
    variable.assign(tf.sub(kept, tf.mul(tf.div(first, denominator), stepSize)))
  }
}

/** The rate over the bias correction of the first moment, and what the root of the second is multiplied by. */
const corrections = (lr: number, beta1: number, beta2: number, stepsApplied: number) => ({
  stepSize: lr / (1 - beta1 ** stepsApplied),
  inverseRoot: 1 / Math.sqrt(1 - beta2 ** stepsApplied),
})
