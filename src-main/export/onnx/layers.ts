import { z } from 'zod'
import { show } from '../../../shared/errors.ts'
import {
  activate,
  addBias,
  constantOf,
  type LayerWriter,
  needed,
  onlyInput,
  pair,
  refuseChannelsFirst,
  refuseForOnnx,
  setting,
  type Use,
} from './layer.ts'
import { windowLayers } from './windows.ts'

/* One writer for each class of layer; defaults are those of tfjs-layers. */

const pass: LayerWriter = (use) => onlyInput(use)

function dense(use: Use): string {
  const product = use.graph.add('MatMul', [onlyInput(use), constantOf(use, 'kernel')])
  return activate(use, addBias(use, product))
}

/** By the moving statistics: y = x s + b along the last axis, with s = γ / √(variance + ε) and b = β − mean s. */
function batchNormalization(use: Use): string {
  const mean = needed(use, 'movingMean').values
  const variance = needed(use, 'movingVariance').values
  const [gamma, beta] = [use.weight('gamma')?.values, use.weight('beta')?.values]
  const epsilon = setting(use.layer, 'epsilon', z.number().nullish()) ?? 1e-3
  const scale = Array.from(variance, (v, c) => (gamma?.[c] ?? 1) / Math.sqrt(v + epsilon))
  const offset = scale.map((s, c) => (beta?.[c] ?? 0) - (mean[c] ?? 0) * s)
  const scaled = use.graph.add('Mul', [onlyInput(use), use.graph.constant(scale)])
  return use.graph.add('Add', [scaled, use.graph.constant(offset)])
}

function layerNormalization(use: Use): string {
  const axis = setting(use.layer, 'axis', z.union([z.int(), z.array(z.int())]).nullish()) ?? -1
  if (axis !== -1 && !(Array.isArray(axis) && axis.length === 1 && axis[0] === -1))
    refuseForOnnx(use.layer, `normalises axis ${show(axis)}, a form`)
  const epsilon = setting(use.layer, 'epsilon', z.number().nullish()) ?? 1e-3
  const [gamma, beta] = [use.weight('gamma'), use.weight('beta')]
  if (gamma === undefined) refuseForOnnx(use.layer, 'has no scale, a form')
  const offset = beta === undefined ? [] : [constantOf(use, 'beta')]
  return use.graph.add('LayerNormalization', [onlyInput(use), constantOf(use, 'gamma'), ...offset], {
    axis: -1,
    epsilon: { float: epsilon },
  })
}

/**
 * Channels first, each group's numbers in a row, which instance normalisation brings to mean 0 and variance 1; and back.
 * ONNX's own group normalisation is younger than the version that is written.
 */
function groupNormalization(use: Use): string {
  const epsilon = setting(use.layer, 'epsilon', z.number().nullish()) ?? 1e-3
  const [gamma, beta] = [use.weight('gamma'), use.weight('beta')]
  const channels = gamma?.values.length ?? beta?.values.length
  if (channels === undefined) refuseForOnnx(use.layer, 'has neither scale nor centre, a form')
  const given = setting(use.layer, 'groups', z.int().nullish()) ?? 32
  const groups = given === -1 ? channels : given
  const { graph } = use
  const x = onlyInput(use)
  const constant = (values: number[]): string => graph.constant(values, 'int64')
  const grouped = graph.add('Reshape', [x, constant([0, -1, groups, channels / groups])])
  const first = graph.add('Transpose', [grouped], { perm: [0, 2, 1, 3] })
  const rows = graph.add('Reshape', [first, constant([0, groups, -1])])
  const [ones, zeros] = [1, 0].map((value) => graph.constant(Array<number>(groups).fill(value)))
  const normed = graph.add('InstanceNormalization', [rows, ones ?? '', zeros ?? ''], {
    epsilon: { float: epsilon },
  })
  const apart = graph.add('Reshape', [normed, constant([0, groups, -1, channels / groups])])
  const back = graph.add('Transpose', [apart], { perm: [0, 2, 1, 3] })
  const placed = graph.add('Reshape', [back, graph.add('Shape', [x])])
  const times = gamma === undefined ? placed : graph.add('Mul', [placed, constantOf(use, 'gamma')])
  return beta === undefined ? times : graph.add('Add', [times, constantOf(use, 'beta')])
}

/** An own layer for ReLU: its slope and threshold are seldom set. */
function relu(use: Use): string {
  const most = setting(use.layer, 'max_value', z.number().nullish())
  const above = use.graph.add('Relu', [onlyInput(use)])
  return most === null || most === undefined ? above : use.graph.add('Min', [above, use.graph.scalar(most)])
}

const sloped =
  (operator: 'LeakyRelu' | 'Elu', otherwise: number): LayerWriter =>
  (use) => {
    const alpha = setting(use.layer, 'alpha', z.number().nullish()) ?? otherwise
    return use.graph.add(operator, [onlyInput(use)], { alpha: { float: alpha } })
  }

function zeroPadding2D(use: Use): string {
  refuseChannelsFirst(use.layer)
  const [[top, bottom], [left, right]] = sides(use, 'padding')
  const pads = use.graph.constant([0, top, left, 0, 0, bottom, right, 0], 'int64')
  return use.graph.add('Pad', [onlyInput(use), pads])
}

function cropping2D(use: Use): string {
  refuseChannelsFirst(use.layer)
  const [[top, bottom], [left, right]] = sides(use, 'cropping')
  const whole = 2 ** 31
  const starts = use.graph.constant([top, left], 'int64')
  const ends = use.graph.constant(
    [bottom, right].map((size) => (size === 0 ? whole : -size)),
    'int64',
  )
  return use.graph.add('Slice', [onlyInput(use), starts, ends, use.graph.constant([1, 2], 'int64')])
}

const bothSides = z.tuple([pair, pair])
type Sides = readonly [readonly [number, number], readonly [number, number]]

function sides(use: Use, name: string): Sides {
  return setting(use.layer, name, bothSides.nullish()) ?? sidesOf(setting(use.layer, name, z.int().nullish()))
}

const sidesOf = (all: number | null | undefined): Sides => [
  [all ?? 1, all ?? 1],
  [all ?? 1, all ?? 1],
]

const merge =
  (operator: 'Sum' | 'Mean' | 'Max' | 'Min'): LayerWriter =>
  ({ graph, inputs }) =>
    graph.add(operator, inputs)

const multiply: LayerWriter = ({ graph, inputs: [first = '', ...others] }) =>
  others.reduce((product, other) => graph.add('Mul', [product, other]), first)

function repeatVector(use: Use): string {
  const times = setting(use.layer, 'n', z.int())
  const row = use.graph.add('Unsqueeze', [onlyInput(use), use.graph.constant([1], 'int64')])
  return use.graph.add('Tile', [row, use.graph.constant([1, times, 1], 'int64')])
}

function rescaling(use: Use): string {
  const scale = setting(use.layer, 'scale', z.number().nullish()) ?? 1
  const offset = setting(use.layer, 'offset', z.number().nullish()) ?? 0
  const scaled = use.graph.add('Mul', [onlyInput(use), use.graph.scalar(scale)])
  return use.graph.add('Add', [scaled, use.graph.scalar(offset)])
}

const shape = z.array(
  z
    .int()
    .nullable()
    .transform((size) => size ?? -1),
)

/** The batch stays: 0 copies its size. */
const reshape: LayerWriter = (use) =>
  use.graph.add('Reshape', [
    onlyInput(use),
    use.graph.constant([0, ...setting(use.layer, 'target_shape', shape)], 'int64'),
  ])

const permute: LayerWriter = (use) =>
  use.graph.add('Transpose', [onlyInput(use)], { perm: [0, ...setting(use.layer, 'dims', z.array(z.int()))] })

const axisOf = (use: Use): number => setting(use.layer, 'axis', z.int().nullish()) ?? -1

export const layerWriters: Readonly<Record<string, LayerWriter>> = {
  ...windowLayers,
  InputLayer: pass,
  Dropout: pass,
  SpatialDropout1D: pass,
  GaussianNoise: pass,
  GaussianDropout: pass,
  AlphaDropout: pass,
  Dense: dense,
  Activation: (use) => activate(use, onlyInput(use)),
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
  ReLU: relu,
  LeakyReLU: sloped('LeakyRelu', 0.3),
  ELU: sloped('Elu', 1),
  ThresholdedReLU: (use) => {
    const theta = setting(use.layer, 'theta', z.number().nullish()) ?? 1
    return use.graph.add('ThresholdedRelu', [onlyInput(use)], { alpha: { float: theta } })
  },
  PReLU: (use) => use.graph.add('PRelu', [onlyInput(use), constantOf(use, 'alpha')]),
  Softmax: (use) => use.graph.add('Softmax', [onlyInput(use)], { axis: axisOf(use) }),
  Flatten: (use) => use.graph.add('Flatten', [onlyInput(use)], { axis: 1 }),
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  ZeroPadding2D: zeroPadding2D,
  Cropping2D: cropping2D,
  Rescaling: rescaling,
  Add: merge('Sum'),
  Average: merge('Mean'),
  Maximum: merge('Max'),
  Minimum: merge('Min'),
  Multiply: multiply,
  Concatenate: (use) => use.graph.add('Concat', use.inputs, { axis: axisOf(use) }),
}
