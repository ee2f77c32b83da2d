import { z } from 'zod'
import type { Layer } from '../../../shared/model/layer.ts'
import {
  activate,
  addBias,
  type LayerWriter,
  needed,
  onlyInput,
  refuseChannelsFirst,
  refuseForOnnx,
  setting,
  type Use,
  type Weight,
} from './layer.ts'
import type { Attribute } from './proto.ts'

/*
 * Layers that move a window over images [N, H, W, C] or sequences [N, L, C]: convolutions and pooling. ONNX wants the channels
 * first: what comes in is turned, and what goes out is turned back. Runtimes take out turns that undo each other.
 */

type Attributes = Readonly<Record<string, Attribute>>

const axes = (rank: 1 | 2) =>
  z.union([z.int().transform((all) => Array<number>(rank).fill(all)), z.array(z.int())])

/** Writes `operator` between the two turns. `more` are constants beside the images. */
function turned(
  use: Use,
  operator: string,
  x: string,
  more: readonly string[],
  attributes: Attributes,
  rank: 1 | 2,
) {
  const forth = rank === 1 ? [0, 2, 1] : [0, 3, 1, 2]
  const back = rank === 1 ? [0, 2, 1] : [0, 2, 3, 1]
  const first = use.graph.add('Transpose', [x], { perm: forth })
  const out = use.graph.add(operator, [first, ...more], attributes)
  return use.graph.add('Transpose', [out], { perm: back })
}

/** tfjs puts the odd one of the zeros of "same" at the end. */
function padding(layer: Layer): Attributes {
  const how = setting(layer, 'padding', z.string().nullish()) ?? 'valid'
  if (how === 'valid') return {}
  if (how === 'same') return { auto_pad: 'SAME_UPPER' }
  return refuseForOnnx(layer, `pads by the rule "${how}"`)
}

const optional = (layer: Layer, name: string, rank: 1 | 2, otherwise: readonly number[]) =>
  setting(layer, name, axes(rank).nullish()) ?? otherwise

interface Kernel {
  readonly weight: Weight
  readonly rank: 1 | 2
  /** The order in which the axes of the stored weight stand in ONNX's [out, in / groups, ...window]. */
  readonly order: readonly number[]
  readonly groups?: number
}

function convolve(
  use: Use,
  x: string,
  { weight, rank, order, groups = 1 }: Kernel,
  strides: readonly number[],
) {
  refuseChannelsFirst(use.layer)
  const window = weight.shape.slice(0, rank)
  const dilations = optional(use.layer, 'dilation_rate', rank, Array<number>(rank).fill(1))
  const attributes = {
    kernel_shape: window,
    strides,
    dilations,
    group: groups,
    ...padding(use.layer),
  }
  const { shape, values } = reordered(weight, order)
  const dims = groups === 1 ? shape : [(shape[0] ?? 1) * (shape[1] ?? 1), 1, ...shape.slice(2)]
  const kernel = use.graph.constant([...values], 'float32', dims)
  return turned(use, 'Conv', x, [kernel], attributes, rank)
}

const conv =
  (rank: 1 | 2): LayerWriter =>
  (use) => {
    const order = rank === 1 ? [2, 1, 0] : [3, 2, 0, 1]
    const strides = optional(use.layer, 'strides', rank, Array<number>(rank).fill(1))
    const out = convolve(use, onlyInput(use), { weight: needed(use, 'kernel'), rank, order }, strides)
    return activate(use, addBias(use, out))
  }

/** The stored kernel is [height, width, channels, multiplier]. */
function depthwise(use: Use): string {
  const weight = needed(use, 'depthwise_kernel')
  const strides = optional(use.layer, 'strides', 2, [1, 1])
  return convolve(
    use,
    onlyInput(use),
    { weight, rank: 2, order: [2, 3, 0, 1], groups: weight.shape[2] ?? 1 },
    strides,
  )
}

function separableConv2D(use: Use): string {
  const pointwise = { weight: needed(use, 'pointwise_kernel'), rank: 2, order: [3, 2, 0, 1] } as const
  return activate(use, addBias(use, convolve(use, depthwise(use), pointwise, [1, 1])))
}

/** The gradient of a convolution to its input; the stored kernel is [height, width, out, in]. */
function conv2DTranspose(use: Use): string {
  refuseChannelsFirst(use.layer)
  const weight = needed(use, 'kernel')
  const window = weight.shape.slice(0, 2)
  const strides = optional(use.layer, 'strides', 2, [1, 1])
  const same = setting(use.layer, 'padding', z.string().nullish()) === 'same'
  const over = window.map((size, axis) => Math.max(0, size - (strides[axis] ?? 1)))
  const begin = over.map((size) => (same ? Math.floor(size / 2) : 0))
  const end = over.map((size, axis) => (same ? size - (begin[axis] ?? 0) : 0))
  const { shape, values } = reordered(weight, [3, 2, 0, 1])
  const attributes = {
    kernel_shape: window,
    strides,
    pads: [...begin, ...end],
    output_padding: window.map((size, axis) => Math.max(0, (strides[axis] ?? 1) - size)),
  }
  const kernel = use.graph.constant([...values], 'float32', shape)
  return activate(use, addBias(use, turned(use, 'ConvTranspose', onlyInput(use), [kernel], attributes, 2)))
}

const pool =
  (operator: 'MaxPool' | 'AveragePool', rank: 1 | 2): LayerWriter =>
  (use) => {
    refuseChannelsFirst(use.layer)
    const window = optional(use.layer, 'pool_size', rank, Array<number>(rank).fill(2))
    const strides = optional(use.layer, 'strides', rank, window)
    const attributes = { kernel_shape: window, strides, ...padding(use.layer) }
    return turned(use, operator, onlyInput(use), [], attributes, rank)
  }

const poolAll =
  (operator: 'ReduceMax' | 'ReduceMean', over: readonly number[]): LayerWriter =>
  (use) => {
    refuseChannelsFirst(use.layer)
    return use.graph.add(operator, [onlyInput(use)], { axes: over, keepdims: 0 })
  }

/** The weight with its axes in another order, row-major. */
function reordered({ shape, values }: Weight, order: readonly number[]): Weight {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1))
  const turnedShape = order.map((axis) => shape[axis] ?? 1)
  const steps = order.map((axis) => strides[axis] ?? 1)
  const turnedValues = new Float32Array(values.length)
  const at = turnedShape.map(() => 0)
  for (let i = 0; i < turnedValues.length; i++) {
    turnedValues[i] = values[at.reduce((sum, index, axis) => sum + index * (steps[axis] ?? 0), 0)] ?? 0
    for (let axis = at.length - 1; axis >= 0; axis--) {
      const next = (at[axis] ?? 0) + 1
      at[axis] = next === turnedShape[axis] ? 0 : next
      if (at[axis] !== 0) break
    }
  }
  return { shape: turnedShape, values: turnedValues }
}

export const windowLayers: Readonly<Record<string, LayerWriter>> = {
  Conv1D: conv(1),
  Conv2D: conv(2),
  DepthwiseConv2D: (use) => activate(use, addBias(use, depthwise(use))),
  SeparableConv2D: separableConv2D,
  Conv2DTranspose: conv2DTranspose,
  MaxPooling1D: pool('MaxPool', 1),
  MaxPooling2D: pool('MaxPool', 2),
  AveragePooling1D: pool('AveragePool', 1),
  AveragePooling2D: pool('AveragePool', 2),
  GlobalMaxPooling1D: poolAll('ReduceMax', [1]),
  GlobalMaxPooling2D: poolAll('ReduceMax', [1, 2]),
  GlobalAveragePooling1D: poolAll('ReduceMean', [1]),
  GlobalAveragePooling2D: poolAll('ReduceMean', [1, 2]),
}
