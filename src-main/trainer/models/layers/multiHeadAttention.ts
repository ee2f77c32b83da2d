import * as tfl from '@tensorflow/tfjs-layers'
import { z } from 'zod'
import { show } from '../../../../shared/errors.ts'
import { attention } from '../../../engine/attention.ts'
import * as tf from '../../../engine/tf.ts'
import { affine } from './affine.ts'
import { drawn } from './drawnWeights.ts'
import { inLayer, layerSettings } from './settings.ts'

const config = z.looseObject({
  numHeads: z.int().min(1),
  keyDim: z.int().min(1),
  valueDim: z.int().min(1).nullish(),
  useBias: z.boolean().default(true),
  dropout: z.number().min(0).lt(1).default(0),
  useCausalMask: z.boolean().default(false),
  kernelInitializer: z.unknown(),
  biasInitializer: z.unknown().default({ className: 'Zeros', config: {} }),
})

type Shape = (number | null)[]
const shapes = z.array(z.array(z.int().nullable())).min(1)

/** Drops numbers out of the probabilities; set by the model that the layer is in, which knows the step. */
export type DropOut = (probabilities: tf.Tensor, rate: number) => tf.Tensor

interface Projection {
  readonly kernel: tfl.LayerVariable
  readonly bias: tfl.LayerVariable | undefined
}

/**
 * Multi-head attention (Vaswani et al. 2017) with the name, options and weights of Keras' layer. tfjs has one of that name,
 * which it does not register, and whose `value` would have to come as an option of the call, where no topology can put
 * it. This one takes [query, value] or [query, value, key], each [batch, steps, numbers].
 */
export class MultiHeadAttention extends tfl.layers.Layer {
  static className = 'MultiHeadAttention'
  dropOut: DropOut = (probabilities) => probabilities
  /** Masks of query, value and key, where something knows those of each. */
  masksOf: (() => (tf.Tensor | undefined)[]) | undefined
  readonly #options: z.infer<typeof config>
  readonly #projections = new Map<string, Projection>()

  constructor(args: ConstructorParameters<typeof tfl.layers.Layer>[0]) {
    super(args)
    this.#options = layerSettings(config, args, 'MultiHeadAttention')
    this.supportsMasking = true
    // Its type in tfjs knows no result for a layer whose query has no mask.
    Reflect.set(this, 'computeMask', (_: unknown, mask: unknown) => (Array.isArray(mask) ? mask[0] : mask))
  }

  get #size() {
    const { numHeads, keyDim, valueDim } = this.#options
    return { heads: numHeads, keys: keyDim, values: valueDim ?? keyDim }
  }

  override build(inputShape: Shape | Shape[]): void {
    inLayer(this, () => this.#make(inputShape))
  }

  #make(inputShape: Shape | Shape[]): void {
    const [query = [], value = query, key = value] = listed(inputShape)
    const { heads, keys, values } = this.#size
    const wide = widthOf(query)
    this.#project('query', [wide, heads, keys], [heads, keys])
    this.#project('key', [widthOf(key), heads, keys], [heads, keys])
    this.#project('value', [widthOf(value), heads, values], [heads, values])
    this.#project('attention_output', [heads, values, wide], [wide])
    this.built = true
  }

  #project(name: string, kernelShape: number[], biasShape: number[]): void {
    const { kernelInitializer, biasInitializer, useBias } = this.#options
    const weight = (part: string, shape: number[], initialiser: unknown) =>
      this.addWeight(`${name}/${part}`, shape, 'float32', drawn(initialiser, name))
    this.#projections.set(name, {
      kernel: weight('kernel', kernelShape, kernelInitializer),
      bias: useBias ? weight('bias', biasShape, biasInitializer) : undefined,
    })
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return [...(listed(inputShape)[0] ?? [])]
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs?: { [key: string]: unknown }): tf.Tensor {
    return tf.tidy(() => {
      const [query, value = query, key = value] = Array.isArray(inputs) ? inputs : [inputs]
      if (!query || !value || !key) throw new Error('Attention was called without a query.')
      const { heads, keys, values } = this.#size
      const q = this.#apply('query', query, [heads, keys])
      const k = this.#apply('key', key, [heads, keys])
      const v = this.#apply('value', value, [heads, values])
      const masks = this.masksOf?.() ?? [kwargs?.mask].flat().map(tensorOrNone)
      const mask = seenOf(query, value, masks)
      const { dropout, useCausalMask: causal } = this.#options
      const scale = 1 / Math.sqrt(keys)
      const plain = mask === undefined && dropout === 0 ? attention(q, k, v, { scale, causal }) : undefined
      const seen = plain ?? this.#composed([q, k, v], scale, mask)
      const joined = tf.reshape(seen, [...query.shape.slice(0, 2), heads * values])
      return tf.reshape(this.#apply('attention_output', joined), query.shape)
    })
  }

  /** x [batch, steps, numbers] times a kernel: [batch, steps, heads, size], or one head as wide as the output. */
  #apply(name: string, x: tf.Tensor, shape?: [number, number]): tf.Tensor4D {
    const { kernel, bias } = this.#projections.get(name) ?? {}
    if (kernel === undefined) throw new Error('A built attention layer has its projections.')
    const width = x.shape.at(-1) ?? 1
    const flat = tf.reshape<tf.Rank.R2>(kernel.read(), [width, kernel.read().size / width])
    const flatBias = bias === undefined ? undefined : tf.reshape(bias.read(), [-1])
    const sum = affine(tf.reshape<tf.Rank.R2>(x, [-1, width]), flat, flatBias)
    const [batch = 0, steps = 0] = x.shape
    const [heads, size] = shape ?? [1, sum.shape[1] ?? 1]
    return tf.reshape<tf.Rank.R4>(sum, [batch, steps, heads, size])
  }

  /** With masks and dropout, and on devices without a kernel for all of it. */
  #composed(given: readonly tf.Tensor[], scale: number, mask: tf.Tensor | undefined): tf.Tensor {
    const [q, k, v] = given.map((each) => tf.transpose(each, [0, 2, 1, 3]))
    if (!q || !k || !v) throw new Error('Attention needs a query, a key and a value.')
    const [targets = 0, sources = 0] = [q.shape[2], k.shape[2]]
    let scores = tf.mul(tf.matMul(q, k, false, true), scale)
    if (this.#options.useCausalMask) scores = tf.add(scores, unseen(targets, sources))
    if (mask !== undefined) scores = tf.add(scores, tf.mul(tf.sub(1, tf.expandDims(mask, 1)), far))
    const probabilities = this.dropOut(tf.softmax(scores), this.#options.dropout)
    return tf.transpose(tf.matMul(probabilities, v), [0, 2, 1, 3])
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), numHeads: this.#options.numHeads, keyDim: this.#options.keyDim }
  }
}

/** What is added to a score that shall not count: e to it is 0. */
const far = -1e9

/** [targets, sources]: 0 where a target may look, far below where the source comes after it. */
function unseen(targets: number, sources: number): tf.Tensor {
  const values = Float32Array.from({ length: targets * sources }, (_, i) =>
    i % sources > Math.floor(i / sources) ? far : 0,
  )
  return tf.tensor(values, [targets, sources])
}

/**
 * Which target looks at which source, [batch, targets or 1, sources or 1] of 0 and 1: as in Keras both have to count, and a
 * target that does not looks at all sources alike. Of one mask alone, query and value are the same.
 */
function seenOf(query: tf.Tensor, value: tf.Tensor, masks: (tf.Tensor | undefined)[]): tf.Tensor | undefined {
  const [ofQuery, ofValue = value === query ? ofQuery : undefined, ofKey] = masks
  const parts = [
    ofQuery && tf.expandDims(tf.cast(ofQuery, 'float32'), 2),
    ...[ofValue, ofKey].map((mask) => mask && tf.expandDims(tf.cast(mask, 'float32'), 1)),
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : parts.reduce((seen, part) => tf.mul(seen, part))
}

const tensorOrNone = (given: unknown): tf.Tensor | undefined =>
  given instanceof tf.Tensor ? given : undefined

const listed = (given: Shape | Shape[]): Shape[] => shapes.parse(Array.isArray(given[0]) ? given : [given])

function widthOf(shape: Shape): number {
  if (shape.length !== 3)
    throw new Error(`takes [steps, numbers] of each example (received ${show(shape.slice(1))})`)
  return shape.at(-1) ?? 1
}

/** From here on tfjs builds topologies with the layer above. */
export function registerAttentionLayer(): void {
  tf.serialization.registerClass(MultiHeadAttention)
}
