import type { RunSpec } from '../../shared/run/spec.ts'
import * as tf from '../engine/tf.ts'
import type { Model } from './models/index.ts'

/**
 * The exponential moving average of a model's weights: that of its first step, then a += (1 - d)(w - a) after every step
 * (Polyak and Juditsky 1992, as torch.optim.swa_utils has it). The statistics of batch normalisation are averaged in the
 * same way, as with use_buffers=True there and in timm's ModelEma: nothing has to be recomputed before it is measured.
 * With warm-up the decay after n steps of the run is min(d, (1 + n) / (10 + n)), as in TensorFlow's
 * ExponentialMovingAverage.
 */
export class WeightAverage {
  readonly #model: Model
  readonly #rule: NonNullable<RunSpec['ema']>
  #average: tf.Variable[] | undefined

  constructor(model: Model, rule: NonNullable<RunSpec['ema']>) {
    this.#model = model
    this.#rule = rule
  }

  get #weights(): tf.Variable[] {
    return [...this.#model.variables, ...this.#model.statistics]
  }

  /** @param step that was applied, counted from 0 in the run */
  update(step: number): void {
    if (this.#average === undefined) {
      this.begin(this.#weights)
      return
    }
    const { decay, warmup } = this.#rule
    const keep = warmup ? Math.min(decay, (1 + step) / (10 + step)) : decay
    for (const [place, average] of this.#average.entries()) {
      const weight = this.#weights[place]
      if (weight === undefined) throw new Error('The model has lost a weight.')
      tf.tidy(() => average.assign(tf.add(average, tf.mul(tf.sub(weight, average), 1 - keep))))
    }
  }

  /** Makes copies of `values` the average, in the model's order: weights, then statistics. */
  begin(values: readonly tf.Tensor[]): void {
    this.dispose()
    this.#average = values.map((value) => {
      const copy = tf.clone(value)
      const made = tf.variable(copy, false)
      copy.dispose()
      return made
    })
  }

  /** Named as the model's own; empty before the first step. They belong to the average: do not dispose them. */
  tensors(): { readonly name: string; readonly tensor: tf.Tensor }[] {
    const weights = this.#weights
    return (this.#average ?? []).map((tensor, place) => ({ name: weights[place]?.name ?? '', tensor }))
  }

  /** Does something while the model has the average as its weights. The model gets back its own, bit for bit. */
  async inPlace<T>(work: () => Promise<T>): Promise<T> {
    const average = this.#average
    if (average === undefined) return work()
    const weights = this.#weights
    const own = weights.map((weight) => tf.clone(weight))
    try {
      for (const [place, weight] of weights.entries()) weight.assign(average[place] ?? weight)
      return await work()
    } finally {
      for (const [place, weight] of weights.entries()) {
        const before = own[place]
        if (before !== undefined) weight.assign(before)
      }
      tf.dispose(own)
    }
  }

  dispose(): void {
    tf.dispose(this.#average ?? [])
    this.#average = undefined
  }
}
