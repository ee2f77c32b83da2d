import * as tfl from '@tensorflow/tfjs-layers'
import { z } from 'zod'
import * as fused from '../../../engine/fused.ts'
import * as tf from '../../../engine/tf.ts'
import { initialiserOf } from './drawnWeights.ts'
import { normalise, scaled, standardised } from './layerNorm.ts'
import { inLayer, layerSettings } from './settings.ts'

const initialiser = z.object({ className: z.string(), config: z.record(z.string(), z.json()).default({}) })

/** As Keras 3 names and presets them, in tfjs's spelling. */
const settings = z.object({
  groups: z
    .int()
    .refine((groups) => groups === -1 || groups > 0, 'must be at least 1, or -1 for a group of each channel')
    .default(32),
  axis: z.literal(-1, { error: 'must normalise the last axis; set its axis to -1' }).default(-1),
  epsilon: z.number().positive().default(1e-3),
  center: z.boolean().default(true),
  scale: z.boolean().default(true),
  betaInitializer: initialiser.default({ className: 'Zeros', config: {} }),
  gammaInitializer: initialiser.default({ className: 'Ones', config: {} }),
})

type Shape = (number | null)[]

/**
 * Group normalisation (Wu and He 2018) under Keras 3's name and settings, which tfjs lacks: the channels of the last
 * axis in `groups` groups, or one for each channel where that is -1; each gets mean 0 and variance 1 over all places.
 */
export class GroupNormalization extends tfl.layers.Layer {
  static readonly className = 'GroupNormalization'
  readonly #settings: z.infer<typeof settings>

  constructor(given: ConstructorParameters<typeof tfl.layers.Layer>[0] & z.input<typeof settings>) {
    super(given)
    this.#settings = layerSettings(settings, given, 'GroupNormalization')
  }

  override build(shape: Shape | Shape[]): void {
    inLayer(this, () => this.#make(shape))
  }

  #make(shape: Shape | Shape[]): void {
    const channels = shape.at(-1)
    if (typeof channels !== 'number') throw new Error('needs a known number of channels')
    if (channels % this.#groupsOf(channels) !== 0) {
      throw new Error(
        `groups: must divide the ${channels} channels that come in (received ${this.#settings.groups})`,
      )
    }
    const { scale, center, gammaInitializer, betaInitializer } = this.#settings
    if (scale) this.addWeight('gamma', [channels], 'float32', initialiserOf(gammaInitializer))
    if (center) this.addWeight('beta', [channels], 'float32', initialiserOf(betaInitializer))
    this.built = true
  }

  override computeOutputShape(shape: Shape | Shape[]): Shape | Shape[] {
    return shape
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = Array.isArray(inputs) ? inputs : [inputs]
    if (x === undefined) throw new Error('A layer was called without an input.')
    const channels = x.shape.at(-1) ?? 1
    const groups = this.#groupsOf(channels)
    const outer = x.shape[0] ?? 1
    const places = tf.util.sizeFromShape(x.shape.slice(1, -1))
    const shape = { epsilon: this.#settings.epsilon, outer, places, groups }
    if (fused.hasLayerNorm() && x.size > 0) return normalise(this, x, [channels], shape)
    const grouped = tf.reshape(x, [outer, places, groups, channels / groups])
    const normed = standardised(grouped, [1, 3], shape.epsilon)
    return scaled(this, tf.reshape(normed, x.shape), [channels])
  }

  override getConfig() {
    return { ...super.getConfig(), ...this.#settings }
  }

  #groupsOf(channels: number): number {
    return this.#settings.groups === -1 ? channels : this.#settings.groups
  }
}

tf.serialization.registerClass(GroupNormalization)
