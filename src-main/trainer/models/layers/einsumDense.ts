import * as tfl from '@tensorflow/tfjs-layers'
import { z } from 'zod'
import { show } from '../../../../shared/errors.ts'
import * as tf from '../../../engine/tf.ts'
import { activationOf } from './activation.ts'
import { initialiserOf } from './drawnWeights.ts'
import { inLayer, layerSettings } from './settings.ts'

const zeros = { className: 'Zeros', config: {} }
const config = z.looseObject({
  equation: z.string(),
  outputShape: z.union([z.int().transform((size) => [size]), z.array(z.int().nullable())]),
  activation: z
    .string()
    .nullish()
    .transform((name) => name ?? 'linear'),
  biasAxes: z.string().nullish(),
  kernelInitializer: z.unknown(),
  biasInitializer: z.unknown().default(zeros),
})

type Shape = (number | null)[]

/** Axes by letter, of the input, the kernel and the result; those that "..." stands for are digits. */
interface Equation {
  readonly x: readonly string[]
  readonly kernel: readonly string[]
  readonly result: readonly string[]
  /** How many of the result's first axes are not in the layer's output_shape. */
  readonly given: number
  /** How many of its last ones are not. */
  readonly behind: number
}

/**
 * A dense layer by an equation such as "abc,cd->abd", with the name, options and weights of Keras' layer, which tfjs does not
 * register: a product of matrices, once the axes that are summed over, kept apart and shared lie together.
 */
class EinsumDense extends tfl.layers.Layer {
  static className = 'EinsumDense'
  readonly activation: ReturnType<typeof activationOf>
  readonly #options: z.infer<typeof config>
  #weights: readonly tfl.LayerVariable[] = []

  constructor(args: ConstructorParameters<typeof tfl.layers.Layer>[0]) {
    super(args)
    this.#options = layerSettings(config, args, 'EinsumDense')
    this.activation = inLayer(this, () => activationOf(this.#options.activation))
  }

  override build(shape: Shape | Shape[]): void {
    inLayer(this, () => this.#make(shape))
  }

  #make(shape: Shape | Shape[]): void {
    const { equation, biasAxes, kernelInitializer, biasInitializer } = this.#options
    const axes = read(equation, shape.length)
    const sizes = this.#sizesOf(axes, plain.parse(shape))
    const kernel = axes.kernel.map((letter) => sizeOf(sizes, letter, equation))
    const made = [this.addWeight('kernel', kernel, 'float32', initialiserOf(kernelInitializer))]
    const biased = [...(biasAxes ?? '')]
    if (biased.length > 0) {
      const from = Math.min(...biased.map((letter) => axes.result.indexOf(letter)))
      if (from < 0)
        throw new Error(`bias_axes: must name axes that ${equation} gives (received ${show(biasAxes)})`)
      const bias = axes.result
        .slice(from)
        .map((letter) => (biased.includes(letter) ? sizeOf(sizes, letter, equation) : 1))
      made.push(this.addWeight('bias', bias, 'float32', initialiserOf(biasInitializer)))
    }
    this.#weights = made
    this.built = true
  }

  override computeOutputShape(shape: Shape | Shape[]): Shape {
    return inLayer(this, () => {
      const axes = read(this.#options.equation, shape.length)
      const sizes = this.#sizesOf(axes, plain.parse(shape))
      return axes.result.map((letter) => sizes.get(letter) ?? null)
    })
  }

  #sizesOf({ x, result, given, behind }: Equation, shape: Shape): ReadonlyMap<string, number | null> {
    const sizes = new Map(x.map((letter, axis) => [letter, shape[axis] ?? null]))
    const { outputShape, equation } = this.#options
    const own = result.slice(given, result.length - behind)
    if (own.length !== outputShape.length) {
      throw new Error(
        `output_shape: must have ${own.length} sizes for ${equation} (received ${show(outputShape)})`,
      )
    }
    for (const [axis, letter] of own.entries()) {
      const [known, wanted] = [sizes.get(letter) ?? null, outputShape[axis] ?? null]
      if (known !== null && wanted !== null && known !== wanted) {
        throw new Error(
          `output_shape: axis ${letter} of ${equation} has ${known} numbers (received ${wanted})`,
        )
      }
      sizes.set(letter, known ?? wanted)
    }
    return sizes
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [x] = [inputs].flat()
      const [kernel, bias] = this.#weights.map((weight) => weight.read())
      if (!x || !kernel) throw new Error('A built EinsumDense layer takes one tensor.')
      const product = contract(x, kernel, read(this.#options.equation, x.rank))
      return this.activation.apply(bias === undefined ? product : tf.add(product, bias))
    })
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), equation: this.#options.equation, activation: this.#options.activation }
  }
}

const plain = z.array(z.int().nullable())

function sizeOf(sizes: ReadonlyMap<string, number | null>, letter: string, equation: string): number {
  const size = sizes.get(letter) ?? null
  if (size === null) throw new Error(`the size of axis ${letter} of ${equation} is not known`)
  return size
}

const form = /^(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?$/

/** @throws Error for an equation of another form */
function read(equation: string, rank: number): Equation {
  const [, left, x = '', right, kernel = '', leftOut, result = '', rightOut] =
    form.exec(equation.replaceAll(' ', '')) ?? []
  const hidden = rank - x.length
  const elided = left !== undefined || right !== undefined
  const paired = left === leftOut && right === rightOut && !(left !== undefined && right !== undefined)
  const twice = [x, kernel, result].some((letters) => new Set(letters).size < letters.length)
  if (x === '' || !paired || twice || (elided ? hidden < 0 : hidden !== 0)) {
    throw new Error(
      `equation: must be of the form [X],[Y]->[Z], ...[X],[Y]->...[Z] or [X]...,[Y]->[Z]..., each letter once in a part, for inputs of ${rank} axes (received ${show(equation)})`,
    )
  }
  const others = Array.from({ length: hidden }, (_, i) => String(i))
  const whole = (letters: string) => (left === undefined ? [...letters, ...others] : [...others, ...letters])
  return {
    x: whole(x),
    kernel: [...kernel],
    result: whole(result),
    given: left === undefined ? 1 : hidden,
    behind: left === undefined ? hidden : 0,
  }
}

/** Sums over the axes that the result has not. */
function contract(x: tf.Tensor, w: tf.Tensor, { x: ofX, kernel, result }: Equation): tf.Tensor {
  const alone = ofX.filter((letter) => !kernel.includes(letter) && !result.includes(letter))
  const left = ofX.filter((letter) => !alone.includes(letter))
  const kept =
    alone.length === 0
      ? x
      : tf.sum(
          x,
          alone.map((letter) => ofX.indexOf(letter)),
        )
  const both = left.filter((letter) => kernel.includes(letter))
  const shared = both.filter((letter) => result.includes(letter))
  const summed = both.filter((letter) => !result.includes(letter))
  const rows = left.filter((letter) => !both.includes(letter))
  const columns = kernel.filter((letter) => !both.includes(letter))
  const size = (letters: readonly string[]) =>
    letters.map((letter) => {
      const axis = left.indexOf(letter)
      return (axis < 0 ? w.shape[kernel.indexOf(letter)] : kept.shape[axis]) ?? 1
    })
  const product = tf.matMul(
    matrices(kept, left, [shared, rows, summed], size),
    matrices(w, kernel, [shared, summed, columns], size),
  )
  const order = [...shared, ...rows, ...columns]
  const apart = tf.reshape(product, size(order))
  return tf.transpose(
    apart,
    result.map((letter) => order.indexOf(letter)),
  )
}

function matrices(
  x: tf.Tensor,
  letters: readonly string[],
  groups: readonly (readonly string[])[],
  size: (letters: readonly string[]) => number[],
): tf.Tensor3D {
  const turned = tf.transpose(
    x,
    groups.flat().map((letter) => letters.indexOf(letter)),
  )
  const [outer = 1, rows = 1, columns = 1] = groups.map((group) => tf.util.sizeFromShape(size(group)))
  return tf.reshape<tf.Rank.R3>(turned, [outer, rows, columns])
}

/** From here on tfjs builds topologies with the layer above. */
export function registerEinsumDense(): void {
  tf.serialization.registerClass(EinsumDense)
}
