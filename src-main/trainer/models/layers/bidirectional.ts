import * as tfl from '@tensorflow/tfjs-layers'
import { z } from 'zod'
import type * as tf from '../../../engine/tf.ts'
import { seedFor } from './drawnWeights.ts'

type Layer = tfl.LayersModel['layers'][number]

const layer = z.instanceof(tfl.layers.Layer)
const both = z.object({ forwardLayer: layer, backwardLayer: layer })

/** The two layers of a Bidirectional. */
export const directions = (bidirectional: Layer): z.infer<typeof both> => both.parse(bidirectional)

const drawing = z.custom<{ apply(shape: (number | null)[]): tf.Tensor }>(
  (value) => typeof value === 'object' && value !== null && typeof Reflect.get(value, 'apply') === 'function',
)

/**
 * tfjs builds the backward layer with the forward layer's initialisers, seeds included: both would start from the same
 * weights. The backward one's are drawn once more from seeds of their own.
 */
export function redrawBackward(bidirectional: Layer): void {
  const { backwardLayer } = directions(bidirectional)
  const { cell } = z.object({ cell: layer }).parse(backwardLayer)
  for (const [initialiser, weight] of [
    ['kernelInitializer', 'kernel'],
    ['recurrentInitializer', 'recurrent_kernel'],
  ] as const) {
    const given = drawing.parse(Reflect.get(cell, initialiser))
    const seed: unknown = Reflect.get(given, 'seed')
    const variable = backwardLayer.weights.find(({ originalName }) => originalName.endsWith(`/${weight}`))
    if (typeof seed !== 'number' || variable === undefined) continue
    Reflect.set(given, 'seed', seedFor(seed, 'backward'))
    const drawn = given.apply(variable.shape)
    variable.write(drawn)
    drawn.dispose()
  }
}
