import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { moveAttrs, normAttrs, normGradientAttrs } from '../fusedAttrs.ts'
import type * as tf from '../tf.ts'
import { groupsFor, type Inputs, input, make, register, runKernel, sizeOf } from './kernel.ts'
import {
  apply,
  back,
  type Code,
  type CutInts,
  joinMoments,
  joinSlopes,
  moments,
  moveCode,
  slopes,
  threads,
} from './normalisationCode.ts'

/*
 * Batch normalisation while training, with the ReLU and the residual sum that may follow it; see engine/fused.ts. The
 * sums over x [rows, channels] are made in parts of the rows, and a second pass joins the parts: in either, the threads
 * of a workgroup are a grid of rows by channels whose columns are joined in a tree. Which numbers meet in which order
 * depends on the shape alone, so the bits are the same every time. Where channels come in fours a thread takes four.
 */

/** Workgroups that keep a large GPU busy. */
const wantedGroups = 256
/** Below so many rows for each thread a part costs more than it saves. */
const leastRows = 8
/** Channels side by side in a workgroup, at most: a cache line or more. */
const mostLanes = 64

export function registerNormalisation(): void {
  register('AnnealBatchNorm', forward)
  register('AnnealBatchNormGrad', backward)
  register('AnnealMoveStatistics', moveStatistics)
}

/** How x is cut. */
interface Cut {
  readonly type: 'f32' | 'vec4<f32>'
  /** Numbers of that type in x. */
  readonly size: number
  readonly groups: [number, number, number]
  /** For the second pass. */
  readonly joinGroups: [number, number, number]
  readonly channelCount: number
  readonly parts: number
  readonly ints: CutInts
}

function cut({ shape }: tf.TensorInfo): Cut {
  const channelCount = shape.at(-1) ?? 1
  const rows = sizeOf(shape) / channelCount
  const width = channelCount % 4 === 0 ? 4 : 1
  const channels = channelCount / width
  const lanes = Math.min(mostLanes, 2 ** Math.ceil(Math.log2(channels)))
  const rowLanes = threads / lanes
  const columns = Math.ceil(channels / lanes)
  const wanted = Math.min(Math.ceil(wantedGroups / columns), Math.floor(rows / (rowLanes * leastRows)))
  const group = Math.ceil(rows / Math.max(1, wanted))
  const parts = Math.ceil(rows / group)
  return {
    type: width === 4 ? 'vec4<f32>' : 'f32',
    size: rows * channels,
    groups: [columns, parts, 1],
    joinGroups: [columns, 1, 1],
    channelCount,
    parts,
    ints: { rows, channels, lanes, rowLanes, group, parts },
  }
}

function forward(backend: WebGPUBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo[] {
  const { epsilon, relu } = normAttrs.parse(attrs)
  const [x, gamma, beta] = [input(inputs, 'x'), input(inputs, 'gamma'), input(inputs, 'beta')]
  const { residual } = inputs
  const shape = cut(x)
  const vector = () => make(backend, [shape.channelCount])
  const [y, mean, variance, inverse] = [make(backend, x.shape), vector(), vector(), vector()]
  const partial = make(backend, [shape.parts, 2, shape.channelCount])
  run(backend, shape, 'Moments', { reads: { x }, writes: { partial }, code: moments })
  run(backend, shape, 'JoinMoments', {
    reads: { partial },
    writes: { mean, variance, inverse },
    floats: { epsilon },
    code: joinMoments,
  })
  backend.disposeData(partial.dataId)
  run(backend, shape, `Apply${relu ? 'Relu' : ''}${residual ? 'Residual' : ''}`, {
    reads: { x, mean, inverse, gamma, beta, ...(residual && { residual }) },
    writes: { y },
    code: apply(relu, residual !== undefined),
  })
  return [y, mean, variance, inverse]
}

function backward(backend: WebGPUBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo[] {
  const { hasResidual } = normGradientAttrs.parse(attrs)
  const [dy, x, gamma] = [input(inputs, 'dy'), input(inputs, 'x'), input(inputs, 'gamma')]
  const [mean, inverse] = [input(inputs, 'mean'), input(inputs, 'inverse')]
  // y is given where a ReLU follows: dy counts where it is above 0.
  const { y } = inputs
  const sources = { dy, x, ...(y && { y }) }
  const shape = cut(x)
  const [dx, dGamma, dBeta] = [
    make(backend, x.shape),
    make(backend, [shape.channelCount]),
    make(backend, [shape.channelCount]),
  ]
  const partial = make(backend, [shape.parts, 2, shape.channelCount])
  const terms = make(backend, [4, shape.channelCount])
  const relu = y === undefined ? '' : 'Relu'
  run(backend, shape, `Slopes${relu}`, {
    reads: { ...sources, mean },
    writes: { partial },
    code: slopes(y !== undefined),
  })
  run(backend, shape, 'JoinSlopes', {
    reads: { partial, mean, inverse, gamma },
    writes: { dGamma, dBeta, terms },
    code: joinSlopes,
  })
  backend.disposeData(partial.dataId)
  const dResidual = hasResidual ? make(backend, x.shape) : undefined
  run(backend, shape, `Back${relu}${hasResidual ? 'Residual' : ''}`, {
    reads: { ...sources, terms },
    writes: { dx, ...(dResidual && { dResidual }) },
    code: back(y !== undefined, hasResidual),
  })
  backend.disposeData(terms.dataId)
  return dResidual === undefined ? [dx, dGamma, dBeta] : [dx, dGamma, dBeta, dResidual]
}

function moveStatistics(backend: WebGPUBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo[] {
  const { rate, correction } = moveAttrs.parse(attrs)
  const [mean, variance] = [input(inputs, 'mean'), input(inputs, 'variance')]
  const size = sizeOf(mean.shape)
  const [newMean, newVariance] = [make(backend, mean.shape), make(backend, mean.shape)]
  runKernel(backend, {
    name: 'MoveStatistics',
    threads,
    groups: groupsFor(size, threads),
    reads: {
      mean,
      variance,
      movingMean: input(inputs, 'movingMean'),
      movingVariance: input(inputs, 'movingVariance'),
    },
    writes: { newMean, newVariance },
    ints: { size },
    floats: { rate, keep: 1 - rate, correction },
    code: moveCode,
  })
  return [newMean, newVariance]
}

interface Pass {
  readonly reads: Inputs
  readonly writes: Inputs
  readonly floats?: Record<string, number>
  readonly code: Code
}

function run(backend: WebGPUBackend, shape: Cut, name: string, { reads, writes, floats, code }: Pass): void {
  const { type, size } = shape
  const groups = {
    parts: shape.groups,
    channels: shape.joinGroups,
    numbers: groupsFor(size, threads),
  }[code.over]
  const ints = Object.fromEntries(code.ints.map((key) => [key, shape.ints[key]]))
  const buffers = [...Object.keys(reads), ...Object.keys(writes)]
  runKernel(backend, {
    name: `Norm${name}${type === 'f32' ? '' : 'Fours'}`,
    threads,
    groups,
    reads,
    writes,
    types: Object.fromEntries(buffers.map((buffer) => [buffer, 'T'])),
    ints: code.over === 'numbers' ? { ...ints, size } : ints,
    ...(floats && { floats }),
    code: `alias T = ${type};\n${code.text}`,
  })
}
