import * as tf from '../../engine/tf.ts'

/** What the schedule sets at every step. */
export interface StepSettings {
  /** Learning rate. */
  readonly lr: number
  /** Momentum of SGD and RMSProp, beta1 of Adam and AdamW; the spec's own when absent. */
  readonly momentum?: number
  /** The spec's own when absent. */
  readonly weightDecay?: number
}

/** One tensor of an optimizer's state, named `<variable>/<slot>`. It belongs to the optimizer: do not dispose it. */
export interface OptimizerTensor {
  readonly name: string
  readonly tensor: tf.Tensor
}

/**
 * An optimizer whose rate, momentum and weight decay are arguments of the step, and whose state is keyed by variable
 * name. tfjs's own have neither: setMomentum() does nothing, state goes by position, and Adam's resumed bias
 * correction forgets a changed beta. Weight decay acts on every variable, normalisation and biases too, as PyTorch
 * does by default.
 */
export abstract class TrainOptimizer extends tf.Optimizer {
  /** What applyGradients uses: tfjs's minimize() has no room for arguments of a step. */
  settings: StepSettings | undefined
  readonly #state = new Map<string, tf.Variable>()
  #steps = 0

  /** Applies one step to each variable that has a gradient. The gradients stay the caller's to dispose. */
  apply(gradients: tf.NamedTensorMap, variables: readonly tf.Variable[], settings: StepSettings): void {
    this.#steps++
    for (const variable of variables) {
      const gradient = gradients[variable.name]
      if (gradient === undefined) continue
      tf.tidy(() => this.update(variable, gradient, settings, this.#steps))
    }
  }

  /** @param stepsApplied counted from 1: the first step is 1 */
  protected abstract update(
    variable: tf.Variable,
    gradient: tf.Tensor,
    settings: StepSettings,
    stepsApplied: number,
  ): void

  /** The state tensor of a variable, zeros at first. */
  protected slot(variable: tf.Variable, slot: string): tf.Variable {
    const name = `${variable.name}/${slot}`
    const known = this.#state.get(name)
    if (known !== undefined) return known
    const zeros = tf.zeros(variable.shape)
    const made = tf.variable(zeros, false)
    zeros.dispose()
    this.#state.set(name, made)
    return made
  }

  /** In the order in which the variables were first updated. */
  state(): OptimizerTensor[] {
    return [...this.#state].map(([name, tensor]) => ({ name, tensor }))
  }

  /** Numbers of the state that are not tensors. */
  scalars(): Record<string, number> {
    return { steps: this.#steps }
  }

  /** Replaces the whole state by copies of what `state()` and `scalars()` gave. */
  restore(state: readonly OptimizerTensor[], scalars: Readonly<Record<string, number>>): void {
    const { steps } = scalars
    if (steps === undefined) throw new Error('The stored optimizer scalars lack "steps".')
    this.dispose()
    for (const { name, tensor } of state) {
      const copy = tf.clone(tensor)
      this.#state.set(name, tf.variable(copy, false))
      copy.dispose()
    }
    this.#steps = steps
  }

  override applyGradients(gradients: tf.NamedTensorMap | OptimizerTensor[]): void {
    if (this.settings === undefined)
      throw new Error(`${this.getClassName()}: set settings before minimize().`)
    const byName = Array.isArray(gradients)
      ? Object.fromEntries(gradients.map(({ name, tensor }) => [name, tensor]))
      : gradients
    const registered = tf.engine().registeredVariables
    const variables = Object.keys(byName).flatMap((name) => registered[name] ?? [])
    this.apply(byName, variables, this.settings)
  }

  override async getWeights(): Promise<OptimizerTensor[]> {
    return [{ name: 'steps', tensor: tf.scalar(this.#steps, 'int32') }, ...this.state()]
  }

  override async setWeights(weights: OptimizerTensor[]): Promise<void> {
    const [steps, ...state] = weights
    if (steps === undefined) throw new Error('Optimizer weights begin with the number of steps.')
    const [count] = await steps.tensor.data()
    this.restore(state, { steps: Number(count) })
  }

  /** Forgets and frees the state. */
  override dispose(): void {
    for (const tensor of this.#state.values()) tensor.dispose()
    this.#state.clear()
    this.#steps = 0
  }
}
