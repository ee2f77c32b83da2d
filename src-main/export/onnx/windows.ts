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
 * Layers that move a window over images [N, H, W, C], sequences [N, L, C] or volumes [N, D, H, W, C]: convolutions and
 * pooling. ONNX wants the channels first: what comes in is turned, and what goes out is turned back. Runtimes take out turns that undo each other.
 */

type Attributes = Readonly<Record<string, Attribute>>

/** Axes of a window. */
type Rank = 1 | 2 | 3

const axes = (rank: Rank) =>
  z.union([z.int().transform((all) => Array<number>(rank).fill(all)), z.array(z.int())])

/** Writes `operator` between the two turns. `more` are constants beside the images. */
function turned(
  use: Use,
  operator: string,
  x: string,
  more: readonly string[],
  attributes: Attributes,
  rank: Rank,
) {
  const window = Array.from({ length: rank }, (_, axis) => axis + 1)
  const forth = [0, rank + 1, ...window]
  const back = [0, ...window.map((axis) => axis + 1), 1]
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

const optional = (layer: Layer, name: string, rank: Rank, otherwise: readonly number[]) =>
  setting(layer, name, axes(rank).nullish()) ?? otherwise

interface Kernel {
  readonly weight: Weight
  readonly rank: Rank
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

/** Of a kernel stored as [...window, in, out]: out and in first. */
const kernelOrder = (rank: Rank): number[] => [rank + 1, rank, ...Array(rank).keys()]

const conv =
  (rank: Rank): LayerWriter =>
  (use) => {
    const order = kernelOrder(rank)
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

/** The gradient of a convolution to its input; the stored kernel is [...window, out, in]. */
const convTranspose =
  (rank: 2 | 3): LayerWriter =>
  (use) => {
    refuseChannelsFirst(use.layer)
    const weight = needed(use, 'kernel')
    const window = weight.shape.slice(0, rank)
    const strides = optional(use.layer, 'strides', rank, Array<number>(rank).fill(1))
    const same = setting(use.layer, 'padding', z.string().nullish()) === 'same'
    const over = window.map((size, axis) => Math.max(0, size - (strides[axis] ?? 1)))
    const begin = over.map((size) => (same ? Math.floor(size / 2) : 0))
    const end = over.map((size, axis) => (same ? size - (begin[axis] ?? 0) : 0))
    const { shape, values } = reordered(weight, kernelOrder(rank))
    const attributes = {
      kernel_shape: window,
      strides,
      pads: [...begin, ...end],
      output_padding: window.map((size, axis) => Math.max(0, (strides[axis] ?? 1) - size)),
    }
    const kernel = use.graph.constant([...values], 'float32', shape)
    return activate(
      use,
      addBias(use, turned(use, 'ConvTranspose', onlyInput(use), [kernel], attributes, rank)),
    )
  }

const pool =
  (operator: 'MaxPool' | 'AveragePool', rank: Rank): LayerWriter =>
  (use) => {
    refuseChannelsFirst(use.layer)
    const window = optional(use.layer, 'pool_size', rank, Array<number>(rank).fill(2))
    const strides = optional(use.layer, 'strides', rank, window)
    const attributes = { kernel_shape: window, strides, ...padding(use.layer) }
    return turned(use, operator, onlyInput(use), [], attributes, rank)
  }

/** tfjs takes a place of the result times the scale for its place in the image. */
function upSampling2D(use: Use): string {
  refuseChannelsFirst(use.layer)
  const [down = 2, right = 2] = optional(use.layer, 'size', 2, [2, 2])
  const smooth = setting(use.layer, 'interpolation', z.string().nullish()) === 'bilinear'
  const scales = use.graph.constant([1, down, right, 1])
  return use.graph.add('Resize', [onlyInput(use), '', scales], {
    mode: smooth ? 'linear' : 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  })
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
  Conv3D: conv(3),
  Conv2DTranspose: convTranspose(2),
  Conv3DTranspose: convTranspose(3),
  UpSampling2D: upSampling2D,
  MaxPooling3D: pool('MaxPool', 3),
  AveragePooling3D: pool('AveragePool', 3),
  MaxPooling1D: pool('MaxPool', 1),
  MaxPooling2D: pool('MaxPool', 2),
  AveragePooling1D: pool('AveragePool', 1),
  AveragePooling2D: pool('AveragePool', 2),
  GlobalMaxPooling1D: poolAll('ReduceMax', [1]),
  GlobalMaxPooling2D: poolAll('ReduceMax', [1, 2]),
  GlobalAveragePooling1D: poolAll('ReduceMean', [1]),
  GlobalAveragePooling2D: poolAll('ReduceMean', [1, 2]),
}
