import type { OptimizerSpec } from '../../../shared/run/spec.ts'
import * as tf from '../../engine/tf.ts'
import { adamStep } from './adamMoments.ts'
import { type StepSettings, TrainOptimizer } from './trainOptimizer.ts'

type AdamWSpec = Extract<OptimizerSpec, { kind: 'adamw' }>

/** AdamW as torch.optim.AdamW defines it (Loshchilov and Hutter 2019): w -= ηλw before Adam's step, λ not in the moments. */
export class AdamW extends TrainOptimizer {
  static readonly className = 'AnnealAdamW'
  readonly #spec: AdamWSpec

  constructor(spec: AdamWSpec) {
    super()
    this.#spec = spec
  }

  protected override update(
    variable: tf.Variable,
    gradient: tf.Tensor,
    settings: StepSettings,
    stepsApplied: number,
  ): void {
    const { beta2, epsilon } = this.#spec
    const { lr, momentum: beta1 = this.#spec.beta1, weightDecay = this.#spec.weightDecay } = settings
    const kept = weightDecay === 0 ? variable : tf.mul(variable, 1 - lr * weightDecay)
    const moments = { first: this.slot(variable, 'moment1'), second: this.slot(variable, 'moment2') }
    variable.assign(adamStep(kept, gradient, moments, { lr, beta1, beta2, epsilon }, stepsApplied))
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...this.#spec }
  }
}
