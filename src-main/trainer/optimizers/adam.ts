import type { OptimizerSpec } from '../../../shared/run/spec.ts'
import * as tf from '../../engine/tf.ts'
import { adamStep } from './adamMoments.ts'
import { type StepSettings, TrainOptimizer } from './trainOptimizer.ts'

type AdamSpec = Extract<OptimizerSpec, { kind: 'adam' }>

/** Adam as torch.optim.Adam defines it: weight decay is L2, added to the gradient before the moments see it. */
export class Adam extends TrainOptimizer {
  static readonly className = 'AnnealAdam'
  readonly #spec: AdamSpec

  constructor(spec: AdamSpec) {
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
    const g = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(variable, weightDecay))
    const moments = { first: this.slot(variable, 'moment1'), second: this.slot(variable, 'moment2') }
    variable.assign(adamStep(variable, g, moments, { lr, beta1, beta2, epsilon }, stepsApplied))
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...this.#spec }
  }
}
