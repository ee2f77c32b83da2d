import type * as tfl from '@tensorflow/tfjs-layers'
import { z } from 'zod'
import * as fused from '../../../engine/fused.ts'
import * as tf from '../../../engine/tf.ts'
import { withGradient } from '../customGradient.ts'
import { layerSettings } from './settings.ts'

type TfLayer = tfl.LayersModel['layers'][number]

const settings = z.object({
  axis: z.union([z.int(), z.array(z.int())]),
  epsilon: z.number(),
})

/**
 * Layer normalisation (Ba et al. 2016): in one pass over the last axis or the last several where the backend has a kernel
 * for it, composed elsewhere. tfjs's own layer fails without scale or centre.
 */
export function layerNormCall(layer: TfLayer, x: tf.Tensor): tf.Tensor {
  const { axis, epsilon } = layerSettings(settings, layer.getConfig(), 'LayerNormalization')
  const axes = tf.util.parseAxisParam(axis, x.shape)
  const first = x.rank - axes.length
  const atEnd = axes.every((each, i) => each === first + i)
  if (!fused.hasLayerNorm() || x.size === 0 || !atEnd) return composed(layer, x, axes, epsilon)
  const outer = tf.util.sizeFromShape(x.shape.slice(0, first))
  return normalise(layer, x, x.shape.slice(first), { epsilon, outer, places: 1, groups: 1 })
}

function composed(layer: TfLayer, x: tf.Tensor, axes: number[], epsilon: number): tf.Tensor {
  const shape = x.shape.map((size, i) => (axes.includes(i) ? size : 1))
  return scaled(layer, standardised(x, axes, epsilon), shape)
}

/** (x - mean) / √(variance + ε), both over `axes`. */
export function standardised(x: tf.Tensor, axes: number[], epsilon: number): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, axes, true))
  const variance = tf.mean(tf.square(centred), axes, true)
  return tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)))
}

/** Times the layer's gamma, plus its beta, where it has them; both in `shape`. */
export function scaled(layer: TfLayer, normed: tf.Tensor, shape: number[]): tf.Tensor {
  const [gamma, beta] = [weightOf(layer, 'gamma'), weightOf(layer, 'beta')]
  const times = gamma === undefined ? normed : tf.mul(normed, tf.reshape(gamma, shape))
  return beta === undefined ? times : tf.add(times, tf.reshape(beta, shape))
}

/** By a fused kernel, with the layer's scale and offset where it has them. */
export function normalise(
  layer: TfLayer,
  x: tf.Tensor,
  weightShape: number[],
  shape: fused.GroupNormShape,
): tf.Tensor {
  const gamma = weightOf(layer, 'gamma') ?? tf.ones(weightShape)
  const beta = weightOf(layer, 'beta') ?? tf.zeros(weightShape)
  return withGradient([x, gamma, beta], (save) => {
    const { y, statistics } = fused.layerNorm(x, gamma, beta, shape)
    save([x, gamma, statistics])
    return { value: y, gradFunc: (dy, saved) => fused.layerNormGradient(dy, saved, shape) }
  })
}

const weightOf = (layer: TfLayer, name: string): tf.Tensor | undefined =>
  layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`))?.read()
