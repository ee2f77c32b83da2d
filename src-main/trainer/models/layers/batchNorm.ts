import * as fused from '../../../engine/fused.ts'
import * as tf from '../../../engine/tf.ts'
import { savedTensor, withGradient } from '../customGradient.ts'
import type { ForwardMode } from '../model.ts'
import type { ImageLayer, ImageShape, NetBuilder } from '../netBuilder.ts'

export interface BatchNormWeights {
  readonly gamma: tf.Tensor1D
  readonly beta: tf.Tensor1D
  readonly movingMean: tf.Variable
  readonly movingVariance: tf.Variable
}

export interface BatchNormLayer extends ImageLayer {
  /** relu(residual + norm(x)), which backends may do in one pass. */
  applyRelu(x: tf.Tensor4D, mode: ForwardMode, residual?: tf.Tensor4D): tf.Tensor4D
}

const epsilon = 1e-5
const defaultRate = 0.1
const allButChannels = [0, 1, 2]

/** Batch normalisation per channel (Ioffe and Szegedy 2015), with PyTorch's momentum of 0.1 and ε of 1e-5. */
export function batchNorm(net: NetBuilder, name: string, shape: ImageShape): BatchNormLayer {
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
    applyRelu(x, mode, residual) {
      if (!mode.training) return normaliseByMoving(x, weights, epsilon, { residual })
      return normaliseByBatch(x, weights, epsilon, mode.statisticsRate ?? defaultRate, { residual })
    },
  }
}

/** What follows a normalisation: the ReLU of its sum with the residual. */
interface ThenRelu {
  readonly residual: tf.Tensor4D | undefined
}

/** γ·(x - moving mean) / √(moving variance + ε) + β; with `then`, the ReLU of its sum with the residual. */
export function normaliseByMoving(
  x: tf.Tensor4D,
  weights: BatchNormWeights,
  eps: number,
  then?: ThenRelu,
): tf.Tensor4D {
  const inverse = tf.rsqrt(tf.add(weights.movingVariance, eps))
  if (x.size > 0 && fused.hasFixedNorm()) return byFixed(x, weights, inverse, then)
  const scale = tf.mul(weights.gamma, inverse)
  const offset = tf.sub(weights.beta, tf.mul(weights.movingMean, scale))
  const normed = tf.add<tf.Tensor4D>(tf.mul(x, scale), offset)
  return then === undefined ? normed : reluOfSum(normed, then.residual)
}

/** Layers that are set not to train have a gradient for their input as well. */
function byFixed(
  x: tf.Tensor4D,
  { gamma, beta, movingMean: mean }: BatchNormWeights,
  inverse: tf.Tensor,
  then: ThenRelu | undefined,
): tf.Tensor4D {
  const { residual } = then ?? {}
  const inputs = residual === undefined ? [x, gamma, beta] : [x, gamma, beta, residual]
  return withGradient<tf.Tensor4D>(inputs, (save) => {
    const relu = then !== undefined
    const y = fused.fixedNorm(x, { mean, inverse, gamma, beta }, { relu, residual })
    save([x, gamma, tf.clone(mean), inverse, y])
    return {
      value: y,
      gradFunc: (dy, saved) => {
        const at = (index: number): tf.Tensor => savedTensor(saved, index)
        const slope = relu ? tf.mul(dy, tf.step(at(4))) : dy
        const dx = tf.mul(slope, tf.mul(at(1), at(3)))
        const dGamma = tf.mul(tf.sum(tf.mul(slope, tf.sub(at(0), at(2))), allButChannels), at(3))
        const own = [dx, dGamma, tf.sum(slope, allButChannels)]
        return residual === undefined ? own : [...own, slope]
      },
    }
  })
}

function reluOfSum(normed: tf.Tensor4D, residual: tf.Tensor4D | undefined): tf.Tensor4D {
  return tf.relu(residual === undefined ? normed : tf.add<tf.Tensor4D>(residual, normed))
}

/**
 * γ·(x - mean) / √(variance + ε) + β with the mean and the biased variance of the batch; with `then`, the ReLU of its
 * sum with the residual. The moving statistics take in `rate` of the batch's, the variance unbiased, as
 * torch.nn.BatchNorm2d does. The gradient is that of Ioffe and Szegedy 2015, section 3, in closed form.
 */
export function normaliseByBatch(
  x: tf.Tensor4D,
  weights: BatchNormWeights,
  eps: number,
  rate: number,
  then?: ThenRelu,
): tf.Tensor4D {
  const [, , , channels] = x.shape
  const count = x.size / channels
  const take = (mean: tf.Tensor1D, variance: tf.Tensor1D): void => {
    if (rate !== 0) moveTowards(weights, { mean, variance }, rate, count / Math.max(count - 1, 1))
  }
  const options = { epsilon: eps, relu: then !== undefined, residual: then?.residual }
  if (x.size > 0 && fused.hasBatchNorm()) return inOnePass(x, weights, options, take)
  const normed = composed(x, weights, eps, take)
  return then === undefined ? normed : reluOfSum(normed, then.residual)
}

type TakeStatistics = (mean: tf.Tensor1D, variance: tf.Tensor1D) => void

function inOnePass(
  x: tf.Tensor4D,
  { gamma, beta }: BatchNormWeights,
  options: fused.BatchNormOptions,
  take: TakeStatistics,
): tf.Tensor4D {
  const { residual, relu } = options
  const inputs = residual === undefined ? [x, gamma, beta] : [x, gamma, beta, residual]
  return withGradient<tf.Tensor4D>(inputs, (save) => {
    const { y, mean, variance, inverse } = fused.batchNorm(x, gamma, beta, options)
    take(mean, variance)
    save(relu ? [x, gamma, beta, mean, inverse, y] : [x, gamma, beta, mean, inverse])
    const hasResidual = residual !== undefined
    return { value: y, gradFunc: (dy, saved) => fused.batchNormGradient(dy, saved, hasResidual) }
  })
}

function composed(
  x: tf.Tensor4D,
  { gamma, beta }: BatchNormWeights,
  eps: number,
  take: TakeStatistics,
): tf.Tensor4D {
  return withGradient<tf.Tensor4D>([x, gamma, beta], (save) => {
    const mean = tf.mean<tf.Tensor1D>(x, allButChannels)
    const centred = tf.sub<tf.Tensor4D>(x, mean)
    const variance = tf.mean<tf.Tensor1D>(tf.square(centred), allButChannels)
    const inverse = tf.rsqrt(tf.add(variance, eps))
    take(mean, variance)
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

function moveTowards(
  { movingMean, movingVariance }: BatchNormWeights,
  batch: { readonly mean: tf.Tensor1D; readonly variance: tf.Tensor1D },
  rate: number,
  correction: number,
): void {
  const moving = { mean: movingMean, variance: movingVariance }
  const towards = (from: tf.Tensor, to: tf.Tensor) => tf.add(tf.mul(from, 1 - rate), tf.mul(to, rate))
  const moved = fused.movedStatistics(moving, batch, rate, correction) ?? {
    mean: towards(movingMean, batch.mean),
    variance: towards(movingVariance, tf.mul(batch.variance, correction)),
  }
  movingMean.assign(moved.mean)
  movingVariance.assign(moved.variance)
}
