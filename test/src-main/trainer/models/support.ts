import '@tensorflow/tfjs-backend-cpu'
import { random } from '../../../../shared/random.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { softmaxCrossEntropy } from '../../../../src-main/trainer/loss.ts'
import type { ForwardMode, Model } from '../../../../src-main/trainer/models/index.ts'

/** Standard normal numbers, the same for the same name. */
export function normals(name: string, shape: readonly number[]): tf.Tensor {
  const generator = random(7, name)
  const values = Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => generator.normal())
  return tf.tensor(values, [...shape])
}

/** 0, 1, 2, 0, 1, … */
export function someLabels(batch: number, classes: number): tf.Tensor1D {
  return tf.tensor1d(
    Array.from({ length: batch }, (_, i) => i % classes),
    'int32',
  )
}

/** Training mode that leaves the statistics alone, so that the loss is a function of the weights. */
const probing: ForwardMode = { training: true, step: 3, seed: 5, statisticsRate: 0 }
export const training: ForwardMode = { training: true, step: 0, seed: 5 }
export const evaluating: ForwardMode = { training: false, step: 0, seed: 5 }

function lossOf(model: Model, x: tf.Tensor, labels: tf.Tensor1D, mode = probing): tf.Scalar {
  return tf.tidy(() => softmaxCrossEntropy(model.forward(x, mode), labels, 0.1))
}

/** Gradients of the loss by variable name, and the loss, as numbers. */
export async function gradientsOf(model: Model, x: tf.Tensor, labels: tf.Tensor1D, mode = probing) {
  const { value, grads } = tf.variableGrads(() => lossOf(model, x, labels, mode), [...model.variables])
  const gradients = new Map<string, Float64Array>()
  for (const [name, tensor] of Object.entries(grads)) gradients.set(name, await numbersOf(tensor))
  const [loss = Number.NaN] = await numbersOf(value)
  tf.dispose([value, grads])
  return { loss, gradients }
}

/** From any device: a GPU cannot be read at once. */
export async function numbersOf(tensor: tf.Tensor): Promise<Float64Array> {
  return Float64Array.from(await tensor.data())
}

/** The loss as a number, for central differences; not on a GPU. */
function lossValue(model: Model, x: tf.Tensor, labels: tf.Tensor1D): number {
  return tf.tidy(() => {
    const [value] = lossOf(model, x, labels).dataSync()
    return Number(value)
  })
}

/**
 * The central difference of the loss as a variable moves by h along a direction of length 1. That moves all entries a
 * little instead of one a lot, so few units cross the corner of a ReLU or a max pool: larger steps cross more corners,
 * smaller ones drown in the rounding of the loss, which is near 1 (1e-7 / 2h).
 */
export function slopeAlong(
  variable: tf.Variable,
  direction: Float64Array,
  [model, x, labels]: readonly [Model, tf.Tensor, tf.Tensor1D],
): number {
  const h = 0.0005
  const start = tf.clone(variable)
  const moved = (by: number): number => {
    tf.tidy(() => {
      const change = tf.tensor(Float32Array.from(direction), variable.shape)
      variable.assign(tf.add(start, tf.mul(change, by)))
    })
    return lossValue(model, x, labels)
  }
  const slope = (moved(h) - moved(-h)) / (2 * h)
  variable.assign(start)
  start.dispose()
  return slope
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? Number.NaN) * (b[i] ?? Number.NaN)
  return sum
}

export const norm = (a: ArrayLike<number>): number => Math.sqrt(dot(a, a))
