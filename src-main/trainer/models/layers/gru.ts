import * as tfl from '@tensorflow/tfjs-layers'
import { z } from 'zod'
import * as tf from '../../../engine/tf.ts'
import { activationOf } from './activation.ts'
import { affine } from './affine.ts'
import { initialiserOf } from './drawnWeights.ts'
import { inLayer, layerSettings } from './settings.ts'

/*
 * The GRU that Keras presets, whose reset gate comes after the recurrent product (reset_after), with the shapes and the
 * order of Keras' weights. tfjs refuses it, so the class of this name is ours, and hands the other form on to tfjs's.
 *
 *   v, r = σ(x · W + b₀ + h · R + b₁), n = φ(x · Wₙ + b₀ₙ + r · (h · Rₙ + b₁ₙ)), h' = v · h + (1 - v) · n
 */

const { classNameMap } = tf.serialization.SerializationMap.getMap()

const config = z.looseObject({
  name: z.string().optional(),
  units: z.int().min(1),
  activation: z.string().default('tanh'),
  recurrentActivation: z.string().default('sigmoid'),
  useBias: z.boolean().default(true),
  kernelInitializer: z.unknown(),
  recurrentInitializer: z.unknown(),
  biasInitializer: z.unknown().default({ className: 'Zeros', config: {} }),
  dropout: z.number().min(0).lt(1).default(0),
  recurrentDropout: z.number().min(0).lt(1).default(0),
})
type Config = z.infer<typeof config>

type Shape = (number | null)[]
type Activation = ReturnType<typeof activationOf>
type Initialiser = ReturnType<typeof initialiserOf>

/** Its step; also what an RNN may hold. */
export class ResetAfterCell extends tfl.layers.RNNCell {
  static className = 'GRUCell'
  readonly stateSize: number
  /** A Bidirectional draws its backward layer's weights by them once more. */
  readonly kernelInitializer: Initialiser
  readonly recurrentInitializer: Initialiser
  readonly #options: Config
  readonly #activation: Activation
  readonly #gateActivation: Activation
  #weights: readonly tfl.LayerVariable[] = []

  constructor(args: unknown) {
    super({})
    const options = layerSettings(config, args, 'GRUCell')
    this.#options = options
    this.stateSize = options.units
    const named = { name: options.name ?? this.name, getClassName: () => 'GRU' }
    const made = <T>(make: () => T): T => inLayer(named, make)
    this.kernelInitializer = made(() => initialiserOf(options.kernelInitializer))
    this.recurrentInitializer = made(() => initialiserOf(options.recurrentInitializer))
    this.#activation = made(() => activationOf(options.activation))
    this.#gateActivation = made(() => activationOf(options.recurrentActivation))
  }

  override build(shape: Shape | Shape[]): void {
    const { units, biasInitializer, useBias } = this.#options
    const inputs = shape.at(-1)
    if (typeof inputs !== 'number') throw new Error('a GRU needs a known number of inputs of a step')
    const weight = (name: string, size: number[], initialiser: Initialiser) =>
      this.addWeight(name, size, 'float32', initialiser)
    this.#weights = [
      weight('kernel', [inputs, 3 * units], this.kernelInitializer),
      weight('recurrent_kernel', [units, 3 * units], this.recurrentInitializer),
      ...(useBias ? [weight('bias', [2, 3 * units], initialiserOf(biasInitializer))] : []),
    ]
    this.built = true
  }

  /** @param inputs the step's numbers [batch, inputs] and the state [batch, units]; gives the new state, twice */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
    return tf.tidy(() => {
      const [x, state] = [inputs].flat()
      const [kernel, recurrent, bias] = this.#weights.map((weight) => weight.read())
      if (!x || !state || !kernel || !recurrent) throw new Error('A built GRU cell takes a step and a state.')
      const h = masked(state, this.recurrentDropoutMask)
      const [own, past] = bias === undefined ? [] : tf.unstack(bias)
      const z = affine(rows(masked(x, this.dropoutMask)), rows(kernel), own)
      const s = affine(rows(h), rows(recurrent), past)
      const [zv = z, zr = z, zn = z] = tf.split(z, 3, 1)
      const [sv = s, sr = s, sn = s] = tf.split(s, 3, 1)
      const v = this.#gateActivation.apply(tf.add(zv, sv))
      const r = this.#gateActivation.apply(tf.add(zr, sr))
      const n = this.#activation.apply(tf.add(zn, tf.mul(r, sn)))
      const next = tf.add(n, tf.mul(v, tf.sub(h, n)))
      return [next, next]
    })
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...configDict.parse(this.#options), resetAfter: true }
  }
}

const configDict = z.record(z.string(), z.json())

const rows = (x: tf.Tensor): tf.Tensor2D => tf.reshape<tf.Rank.R2>(x, [-1, x.shape.at(-1) ?? 1])

function masked(x: tf.Tensor, mask: unknown): tf.Tensor {
  const [first] = [mask].flat()
  return first instanceof tf.Tensor ? tf.mul(x, first) : x
}

/** GRU with reset_after. */
class ResetAfterGRU extends tfl.RNN {
  static override className = 'GRU'
  readonly #options: Config

  constructor(args: ConstructorParameters<typeof tfl.RNN>[0]) {
    const options = layerSettings(config, args, 'GRU')
    super({ ...args, cell: new ResetAfterCell(options) })
    this.#options = options
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { cell: _, ...own } = super.getConfig()
    return { ...own, ...configDict.parse(this.#options), resetAfter: true }
  }
}

/** From here on tfjs builds a GRU with reset_after, or its cell, as the classes above, and any other as its own. */
export function registerGru(): void {
  dispatch('GRU', ResetAfterGRU)
  dispatch('GRUCell', ResetAfterCell)
}

function dispatch(name: string, ours: typeof ResetAfterGRU | typeof ResetAfterCell): void {
  const stock = classNameMap[name]
  if (stock === undefined || stock[0] === ours) return
  const [type, make] = stock
  tf.serialization.registerClass(ours)
  classNameMap[name] = [
    ours,
    (_, given, ...more) =>
      given.resetAfter === true
        ? Reflect.construct(ours, [given])
        : Reflect.apply(make, type, [type, given, ...more]),
  ]
}
