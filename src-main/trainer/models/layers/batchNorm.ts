import * as tf from '../../../engine/tf.ts'
import { savedTensor, withGradient } from '../customGradient.ts'
import type { ImageLayer, ImageShape, NetBuilder } from '../netBuilder.ts'

export interface BatchNormWeights {
  readonly gamma: tf.Tensor1D
  readonly beta: tf.Tensor1D
  readonly movingMean: tf.Variable
  readonly movingVariance: tf.Variable
}

const epsilon = 1e-5
const defaultRate = 0.1
const allButChannels = [0, 1, 2]

/** Batch normalisation per channel (Ioffe and Szegedy 2015), with PyTorch's momentum of 0.1 and ε of 1e-5. */
export function batchNorm(net: NetBuilder, name: string, shape: ImageShape): ImageLayer {
  const [, , channels] = shape
  const weights = {
    gamma: net.vector(`${name}/gamma`, channels, 1),
    beta: net.vector(`${name}/beta`, channels, 0),
    movingMean: net.statistic(`${name}/movingMean`, channels, 0),
    movingVariance: net.statistic(`${name}/movingVariance`, channels, 1),
  }
  net.record(name, shape, [weights.gamma, weights.beta])
  return {
    outputShape: shape,
    apply(x, mode) {
      if (!mode.training) return normaliseByMoving(x, weights, epsilon)
      return normaliseByBatch(x, weights, epsilon, mode.statisticsRate ?? defaultRate)
    },
  }
}

/** γ·(x - moving mean) / √(moving variance + ε) + β */
export function normaliseByMoving(x: tf.Tensor4D, weights: BatchNormWeights, eps: number): tf.Tensor4D {
  const scale = tf.mul(weights.gamma, tf.rsqrt(tf.add(weights.movingVariance, eps)))
  const offset = tf.sub(weights.beta, tf.mul(weights.movingMean, scale))
  return tf.add(tf.mul(x, scale), offset)
}

/**
 * γ·(x - mean) / √(variance + ε) + β with the mean and the biased variance of the batch. The moving statistics take
 * in `rate` of the batch's, the variance unbiased, as torch.nn.BatchNorm2d does. The gradient is that of Ioffe and
 * Szegedy 2015, section 3, in closed form.
 */
export function normaliseByBatch(
  x: tf.Tensor4D,
  weights: BatchNormWeights,
  eps: number,
  rate: number,
): tf.Tensor4D {
  const { gamma, beta } = weights
  const [, , , channels] = x.shape
  const count = x.size / channels
  return withGradient<tf.Tensor4D>([x, gamma, beta], (save) => {
    const mean = tf.mean<tf.Tensor1D>(x, allButChannels)
    const centred = tf.sub<tf.Tensor4D>(x, mean)
    const variance = tf.mean<tf.Tensor1D>(tf.square(centred), allButChannels)
    const inverse = tf.rsqrt(tf.add(variance, eps))
    if (rate > 0) {
      moveTowards(weights.movingMean, mean, rate)
      moveTowards(weights.movingVariance, tf.mul(variance, count / Math.max(count - 1, 1)), rate)
    }
    const scale = tf.mul(inverse, gamma)
    save([centred, inverse, scale])
    return { value: tf.add<tf.Tensor4D>(tf.mul(centred, scale), beta), gradFunc }
  })
}

/** With h = centred · inverse: dβ = Σdy, dγ = Σ(dy·h), dx = scale · (dy - dβ/n - h·dγ/n). */
function gradFunc(dy: tf.Tensor4D, saved: tf.Tensor[]): tf.Tensor[] {
  const [centred, inverse, scale] = [savedTensor(saved, 0), savedTensor(saved, 1), savedTensor(saved, 2)]
  const [, , , channels] = dy.shape
  const count = dy.size / channels
  const dBeta = tf.sum(dy, allButChannels)
  const dGamma = tf.mul(tf.sum(tf.mul(dy, centred), allButChannels), inverse)
  const slope = tf.mul(tf.mul(inverse, dGamma), 1 / count)
  const inner = tf.sub(tf.sub(dy, tf.mul(centred, slope)), tf.div(dBeta, count))
  return [tf.mul(inner, scale), dGamma, dBeta]
}

function moveTowards(moving: tf.Variable, batch: tf.Tensor, rate: number): void {
  moving.assign(tf.add(tf.mul(moving, 1 - rate), tf.mul(batch, rate)))
}
