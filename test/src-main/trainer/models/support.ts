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
export const probing: ForwardMode = { training: true, step: 3, seed: 5, statisticsRate: 0 }
export const training: ForwardMode = { training: true, step: 0, seed: 5 }
export const evaluating: ForwardMode = { training: false, step: 0, seed: 5 }

function lossOf(model: Model, x: tf.Tensor, labels: tf.Tensor1D, mode = probing): tf.Scalar {
  return tf.tidy(() => softmaxCrossEntropy(model.forward(x, mode), labels, 0.1))
}

/** Gradients of the loss by variable name, and the loss, as numbers. */
export function gradientsOf(model: Model, x: tf.Tensor, labels: tf.Tensor1D, mode = probing) {
  const { value, grads } = tf.variableGrads(() => lossOf(model, x, labels, mode), [...model.variables])
  const gradients = new Map(
    Object.entries(grads).map(([name, tensor]) => [name, Float64Array.from(tensor.dataSync())]),
  )
  const loss = numberOf(value)
  tf.dispose([value, grads])
  return { loss, gradients }
}

export function numberOf(scalar: tf.Tensor): number {
  const [value] = scalar.dataSync()
  return Number(value)
}

/** The loss as a number, for central differences. */
export function lossValue(model: Model, x: tf.Tensor, labels: tf.Tensor1D): number {
  return tf.tidy(() => numberOf(lossOf(model, x, labels)))
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? Number.NaN) * (b[i] ?? Number.NaN)
  return sum
}

export const norm = (a: ArrayLike<number>): number => Math.sqrt(dot(a, a))
