import type { OptimizerSpec } from '../../../shared/run/spec.ts'
import { lasting } from '../../engine/recording.ts'
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

/** Gives each variable the value at its place. */
export function assignAll(variables: readonly tf.Tensor[], values: readonly tf.Tensor[]): void {
  for (const [place, variable] of variables.entries()) {
    const value = values[place]
    if (!(variable instanceof tf.Variable) || value === undefined) {
      throw new Error(`An optimizer step gave ${values.length} results for ${variables.length} variables.`)
    }
    variable.assign(value)
  }
}

/**
 * An optimizer whose rate, momentum and weight decay are arguments of the step, and whose state is keyed by variable
 * name. tfjs's own have neither: setMomentum() does nothing, state goes by position, and Adam's resumed bias
 * correction forgets a changed beta. Weight decay acts on every variable, normalisation and biases too, as PyTorch
 * does by default.
 */
export abstract class TrainOptimizer<Spec extends OptimizerSpec = OptimizerSpec> extends tf.Optimizer {
  protected readonly spec: Spec
  /** Names of the state tensors that a variable may have. */
  protected abstract readonly slots: readonly string[]
  readonly #state = new Map<string, tf.Variable>()
  #steps = 0

  constructor(spec: Spec) {
    super()
    this.spec = spec
  }

  /** Applies one step to each variable that has a gradient. The gradients stay the caller's to dispose. */
  apply(gradients: tf.NamedTensorMap, variables: readonly tf.Variable[], settings: StepSettings): void {
    this.#steps++
    for (const variable of variables) {
      const gradient = gradients[variable.name]
      if (gradient === undefined) continue
      tf.tidy(() => this.update(variable, gradient, settings, this.#steps))
    }
  }

  /** Counts a step that is applied elsewhere. @returns what the engine's kernel needs to know of it */
  advance(settings: StepSettings): tf.NamedAttrMap {
    this.#steps++
    return this.kernelAttributes(settings, this.#steps)
  }

  /** What the engine's kernel would need to know of the next step, or of that after so many more. */
  attributes(settings: StepSettings, ahead = 0): tf.NamedAttrMap {
    return this.kernelAttributes(settings, this.#steps + 1 + ahead)
  }

  /** The state tensors. They belong to the optimizer. */
  variables(): tf.Variable[] {
    return [...this.#state.values()]
  }

  /** Does something as if so many more steps had been applied; afterwards none of its steps counts. */
  rehearse<T>(ahead: number, work: () => T): T {
    const before = this.#steps
    this.#steps += ahead
    try {
      return work()
    } finally {
      this.#steps = before
    }
  }

  /**
   * What the engine's kernel for the whole step needs besides the tensors.
   * @param stepsApplied counted from 1: the first step is 1
   */
  protected abstract kernelAttributes(settings: StepSettings, stepsApplied: number): tf.NamedAttrMap

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
    const made = lasting(() => {
      const zeros = tf.zeros(variable.shape)
      const slot = tf.variable(zeros, false)
      zeros.dispose()
      return slot
    })
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

  /**
   * Replaces the whole state by copies of what `state()` and `scalars()` gave.
   * @throws Error, with the state as it was, when it is not the state of such an optimizer for `variables`
   */
  restore(
    state: readonly OptimizerTensor[],
    scalars: Readonly<Record<string, number>>,
    variables: readonly tf.Variable[],
  ): void {
    const { steps } = scalars
    if (steps === undefined || !Number.isInteger(steps) || steps < 0) {
      throw new Error(`The stored optimizer scalars need the whole number "steps" (received ${steps}).`)
    }
    this.#checkState(state, variables)
    this.dispose()
    for (const { name, tensor } of state) {
      const copy = tf.clone(tensor)
      this.#state.set(name, tf.variable(copy, false))
      copy.dispose()
    }
    this.#steps = steps
  }

  #checkState(state: readonly OptimizerTensor[], variables: readonly tf.Variable[]): void {
    const shapes = new Map<string, readonly number[]>(
      variables.flatMap(({ name, shape }) => this.slots.map((slot) => [`${name}/${slot}`, shape])),
    )
    for (const { name, tensor } of state) {
      const shape = shapes.get(name)
      if (shape === undefined) {
        throw new Error(
          `The stored optimizer state has ${name} twice, or it is none of this model under ${this.spec.kind}.`,
        )
      }
      if (tensor.shape.join() !== shape.join()) {
        throw new Error(
          `The stored optimizer state ${name} has the shape [${tensor.shape}], the model's weight [${shape}].`,
        )
      }
      shapes.delete(name)
    }
  }

  /** tfjs's own way in, minimize(), has no room for the arguments of a step. */
  override applyGradients(): never {
    throw new Error(`${this.spec.kind} takes its rate with every step: call apply().`)
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...this.spec }
  }

  /** Forgets and frees the state. */
  override dispose(): void {
    for (const tensor of this.#state.values()) tensor.dispose()
    this.#state.clear()
    this.#steps = 0
  }
}
