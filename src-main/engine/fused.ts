import * as tf from './tf.ts'

/*
 * Kernels of ours that do in one pass what tfjs composes of many. Where the current backend has none of them these
 * functions give undefined, and the caller composes.
 */

function run(
  kernel: string,
  inputs: Record<string, tf.Tensor>,
  attrs: tf.NamedAttrMap = {},
): tf.Tensor[] | undefined {
  return isThere(kernel) ? tf.engine().runKernel<tf.Tensor[]>(kernel, inputs, attrs) : undefined
}

function isThere(kernel: string): boolean {
  const found: unknown = tf.getKernel(kernel, tf.getBackend())
  return found !== undefined
}

/** @throws Error when the kernel gave no such result */
function result<R extends tf.Rank>(results: readonly tf.Tensor[], index: number, rank: R): tf.Tensor<R> {
  const tensor = results[index]
  if (tensor === undefined || !isOfRank(tensor, rank)) {
    throw new Error(`a fused kernel gave no tensor of rank ${rank} as result ${index} (${tensor?.shape})`)
  }
  return tensor
}

function isOfRank<R extends tf.Rank>(tensor: tf.Tensor, rank: R): tensor is tf.Tensor<R> {
  return rank === `R${tensor.rank}`
}

export interface BatchNormOptions {
  readonly epsilon: number
  /** Whether a ReLU follows. */
  readonly relu: boolean
  /** Is added before the ReLU. */
  readonly residual: tf.Tensor4D | undefined
}

export const hasBatchNorm = (): boolean => isThere('AnnealBatchNorm')

/**
 * γ·(x - mean) / √(variance + ε) + β over all but the last axis, and what its gradient needs.
 * @throws Error when the backend has no such kernel
 */
export function batchNorm(x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D, options: BatchNormOptions) {
  const { epsilon, relu, residual } = options
  const inputs = residual === undefined ? { x, gamma, beta } : { x, gamma, beta, residual }
  const results = run('AnnealBatchNorm', inputs, { epsilon, relu }) ?? []
  return {
    y: result(results, 0, tf.Rank.R4),
    mean: result(results, 1, tf.Rank.R1),
    /** Biased. */
    variance: result(results, 2, tf.Rank.R1),
    /** 1 / √(variance + ε) */
    inverse: result(results, 3, tf.Rank.R1),
  }
}

/**
 * Gradients of `batchNorm` for x, gamma and beta, and for the residual if there was one.
 * @param saved x, gamma, beta, mean, inverse, and y where a ReLU follows
 */
export function batchNormGradient(
  dy: tf.Tensor,
  [x, gamma, beta, mean, inverse, y]: readonly tf.Tensor[],
  hasResidual: boolean,
): tf.Tensor[] {
  if (!x || !gamma || !beta || !mean || !inverse) {
    throw new Error('the gradient of batch normalisation was not given what was saved for it')
  }
  const inputs = { dy, x, gamma, beta, mean, inverse }
  const results = run('AnnealBatchNormGrad', y === undefined ? inputs : { ...inputs, y }, { hasResidual })
  if (results === undefined) throw new Error('the backend changed between forward and backward')
  return results
}

/** What a normalisation by fixed statistics takes, a number of each for each channel; inverse is 1 / √(variance + ε). */
export type FixedNorm = Readonly<Record<'mean' | 'inverse' | 'gamma' | 'beta', tf.Tensor>>

export const hasFixedNorm = (): boolean => isThere('AnnealFixedNorm')

/** γ·(x - mean)·inverse + β, plus the residual if there is one, and its ReLU if that follows. */
export function fixedNorm(
  x: tf.Tensor4D,
  norm: FixedNorm,
  { relu, residual }: Omit<BatchNormOptions, 'epsilon'>,
) {
  const inputs = residual === undefined ? { x, ...norm } : { x, ...norm, residual }
  return result(run('AnnealFixedNorm', inputs, { relu }) ?? [], 0, tf.Rank.R4)
}

interface Statistics {
  readonly mean: tf.Tensor1D
  readonly variance: tf.Tensor1D
}

/** (1 - rate) · moving + rate · batch, where `correction` multiplies the batch's variance first. */
export function movedStatistics(
  moving: { readonly mean: tf.Tensor; readonly variance: tf.Tensor },
  batch: Statistics,
  rate: number,
  correction: number,
): Statistics | undefined {
  const inputs = { ...batch, movingMean: moving.mean, movingVariance: moving.variance }
  const results = run('AnnealMoveStatistics', inputs, { rate, correction })
  if (results === undefined) return undefined
  return { mean: result(results, 0, tf.Rank.R1), variance: result(results, 1, tf.Rank.R1) }
}

/** Mean softmax cross-entropy, and its gradient for the logits. */
export function softmaxLoss(logits: tf.Tensor2D, labels: tf.Tensor1D, smoothing: number) {
  if (labels.dtype !== 'int32') return undefined
  const results = run('AnnealSoftmaxLoss', { logits, labels }, { smoothing })
  if (results === undefined) return undefined
  return { loss: result(results, 0, tf.Rank.R0), gradient: result(results, 1, tf.Rank.R2) }
}

/**
 * One step of an optimizer: the new weights, and the new state in the order of the state tensors given. The names of
 * inputs and attributes are the kernel's own.
 */
export function optimizerStep(
  kernel: 'Sgd' | 'Adam' | 'Rmsprop',
  tensors: Record<string, tf.Tensor>,
  attributes: tf.NamedAttrMap,
): tf.Tensor[] | undefined {
  return run(`Anneal${kernel}Step`, tensors, attributes)
}

/** How layer and group normalisation read x: [outer, places, groups, width], with gamma and beta [groups · width]. */
export interface GroupNormShape {
  readonly epsilon: number
  readonly outer: number
  readonly places: number
  readonly groups: number
}

export const hasLayerNorm = (): boolean => isThere('AnnealLayerNorm')

/**
 * γ·(x - mean) / √(variance + ε) + β, where mean and variance are those of one outer index and one group. Layer
 * normalisation has one place and one group (Ba et al. 2016); group normalisation is that of Wu and He 2018.
 * @throws Error when the backend has no such kernel
 */
export function layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, shape: GroupNormShape) {
  const [y, statistics] = run('AnnealLayerNorm', { x, gamma, beta }, { ...shape }) ?? []
  if (y === undefined || statistics === undefined) throw new Error('the backend has no layer normalisation')
  return { y, statistics }
}

/** Gradients of `layerNorm` for x, gamma and beta. @param saved x, gamma and the statistics */
export function layerNormGradient(
  dy: tf.Tensor,
  [x, gamma, statistics]: readonly tf.Tensor[],
  shape: GroupNormShape,
): tf.Tensor[] {
  if (!x || !gamma || !statistics) {
    throw new Error('the gradient of layer normalisation was not given what was saved for it')
  }
  const results = run('AnnealLayerNormGrad', { dy, x, gamma, statistics }, { ...shape })
  if (results === undefined) throw new Error('the backend changed between forward and backward')
  return results
}

/** Activations that tfjs composes of several operations. */
export const composedActivations = {
  swish: 'AnnealSwish',
  mish: 'AnnealMish',
  gelu: 'AnnealGelu',
  gelu_new: 'AnnealGeluNew',
  softsign: 'AnnealSoftsign',
  hardSigmoid: 'AnnealHardSigmoid',
  logSoftmax: 'AnnealLogSoftmax',
  threshold: 'AnnealThreshold',
} as const
export type ComposedActivation = keyof typeof composedActivations

export const hasActivation = (name: ComposedActivation): boolean => isThere(composedActivations[name])

/**
 * @param alpha of `threshold`: below it the result is 0
 * @throws Error when the backend has no such kernel
 */
export function activation(name: ComposedActivation, x: tf.Tensor, alpha = 0): tf.Tensor {
  return tf.engine().runKernel<tf.Tensor>(composedActivations[name], { x }, { alpha })
}

/** @param s the activation's input; its result for `logSoftmax` */
export function activationGradient(
  name: ComposedActivation,
  dy: tf.Tensor,
  s: tf.Tensor,
  alpha = 0,
): tf.Tensor {
  const of = name === 'threshold' ? [alpha] : name === 'hardSigmoid' ? [0.2, 0.5] : []
  return tf.engine().runKernel<tf.Tensor>(`${composedActivations[name]}Grad`, { dy, s }, { of })
}

/** What random numbers are for; see shared/random.ts. */
export interface NoiseKey {
  readonly seed: number
  readonly purpose: string
  readonly step: number
}

/** @returns undefined where the backend has no such kernel */
export function dropoutMask(shape: number[], key: NoiseKey, rate: number): tf.Tensor | undefined {
  return filled('AnnealDropoutMask', { shape, ...key, rate })
}

/** @returns undefined where the backend has no such kernel */
export function normals(
  shape: number[],
  key: NoiseKey,
  mean: number,
  deviation: number,
): tf.Tensor | undefined {
  return filled('AnnealNormals', { shape, ...key, mean, deviation })
}

const filled = (kernel: string, attrs: tf.NamedAttrMap): tf.Tensor | undefined =>
  isThere(kernel) ? tf.engine().runKernel<tf.Tensor>(kernel, {}, attrs) : undefined
