import type * as tfl from '@tensorflow/tfjs-layers'
import { z } from 'zod'
import { random } from '../../../../shared/random.ts'
import * as tf from '../../../engine/tf.ts'

/* Initialisers for layers of ours that tfjs builds, from what a topology says of them. */

const serialised = z.looseObject({
  className: z.string(),
  config: z.record(z.string(), z.unknown()).default({}),
})
const drawing = z.custom<ReturnType<typeof tfl.initializers.ones>>(
  (value) => typeof value === 'object' && value !== null && typeof Reflect.get(value, 'apply') === 'function',
)

/** @throws Error for a name that tfjs does not know */
export function initialiserOf(given: unknown): z.infer<typeof drawing> {
  const { className, config } = serialised.parse(given)
  const found = tf.serialization.SerializationMap.getMap().classNameMap[className]
  if (found === undefined) throw new Error(`Unknown initializer: ${className}`)
  const [type, make] = found
  return drawing.parse(Reflect.apply(make, type, [type, config]))
}

/** Draws as the initialiser that it was made of, from a seed of its own where that has one. */
class Drawn extends tf.serialization.Serializable {
  static className = 'Drawn'
  readonly #made: z.infer<typeof drawing>

  constructor(given: unknown, use: string) {
    super()
    const { className, config } = serialised.parse(given)
    const seeded = typeof config.seed === 'number' ? { ...config, seed: seedFor(config.seed, use) } : config
    this.#made = initialiserOf({ className, config: seeded })
  }

  fromConfigUsesCustomObjects(): boolean {
    return false
  }

  apply(shape: number[]): tf.Tensor {
    return this.#made.apply(shape)
  }

  getConfig(): tf.serialization.ConfigDict {
    return {}
  }
}

/** Above 0: tfjs takes 0 as unseeded. */
export const seedFor = (seed: number, use: string): number => 1 + random(seed, use).below(2 ** 31 - 1)

/**
 * The initialiser of one weight of several that share a layer's setting: each draws other numbers.
 * @param given class name and options, as prepareTopology leaves them · @param use of the weight in its layer
 */
export const drawn = (given: unknown, use: string): Drawn => new Drawn(given, use)
