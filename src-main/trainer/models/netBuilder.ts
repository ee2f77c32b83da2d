import { random } from '../../../shared/random.ts'
import * as tf from '../../engine/tf.ts'
import type { ForwardMode, LayerInfo } from './model.ts'

/** A layer that has its weights: what it does to a batch, and the shape (without the batch) that comes out. */
export interface Layer<In extends tf.Tensor, Out extends tf.Tensor, Shape> {
  readonly outputShape: Shape
  apply(x: In, mode: ForwardMode): Out
}

/** [height, width, channels] */
export type ImageShape = readonly [height: number, width: number, channels: number]
export type ImageLayer = Layer<tf.Tensor4D, tf.Tensor4D, ImageShape>
export type DenseLayer = Layer<tf.Tensor2D, tf.Tensor2D, number>

/** Makes the named weights of one network, in order, and keeps the list of its layers. */
export class NetBuilder {
  readonly variables: tf.Variable[] = []
  readonly statistics: tf.Variable[] = []
  readonly layers: LayerInfo[] = []
  readonly #seed: number

  constructor(seed: number) {
    this.#seed = seed
  }

  /**
   * Normal with variance 2 / fanIn (He et al. 2015, "Delving Deep into Rectifiers", eq. 10). The draw depends on the
   * seed and the name alone, so that adding a layer leaves the others' weights as they were.
   */
  heNormal<R extends tf.Rank>(name: string, shape: tf.ShapeMap[R], fanIn: number): tf.Variable<R> {
    const values = new Float32Array(tf.util.sizeFromShape(shape))
    const generator = random(this.#seed, `init/${name}`)
    const deviation = Math.sqrt(2 / fanIn)
    for (let i = 0; i < values.length; i++) values[i] = generator.normal() * deviation
    const initial = tf.tensor<R>(values, shape)
    const variable = tf.variable<R>(initial, true, name)
    initial.dispose()
    this.variables.push(variable)
    return variable
  }

  /** A trained vector that starts with every entry at `value`: biases at 0, normalisation gains at 1. */
  vector(name: string, size: number, value: number): tf.Variable<tf.Rank.R1> {
    const variable = filled(name, size, value, true)
    this.variables.push(variable)
    return variable
  }

  /** A vector that training moves without gradients. */
  statistic(name: string, size: number, value: number): tf.Variable<tf.Rank.R1> {
    const variable = filled(name, size, value, false)
    this.statistics.push(variable)
    return variable
  }

  record(name: string, outputShape: readonly number[], weights: readonly tf.Variable[] = []): void {
    const parameters = weights.reduce((sum, weight) => sum + weight.size, 0)
    this.layers.push({ name, outputShape, parameters })
  }

  dispose(): void {
    tf.dispose([...this.variables, ...this.statistics])
  }
}

function filled(name: string, size: number, value: number, trainable: boolean): tf.Variable<tf.Rank.R1> {
  const initial = tf.tensor1d(new Float32Array(size).fill(value))
  const variable = tf.variable<tf.Rank.R1>(initial, trainable, name)
  initial.dispose()
  return variable
}
