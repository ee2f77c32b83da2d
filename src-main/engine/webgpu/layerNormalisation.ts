import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { groupNormAttrs } from '../fusedAttrs.ts'
import type * as tf from '../tf.ts'
import { sumCode, sumThreads } from './filterGradientCode.ts'
import { groupsFor, type Inputs, input, make, register, runKernel, sizeOf } from './kernel.ts'
import { channelsCode, channelThreads, forwardCode, gradientCode, threads } from './layerNormalisationCode.ts'

/*
 * Layer and group normalisation with their gradients; see engine/fused.ts. A workgroup has all numbers of one mean. The
 * gradients of gamma and beta are summed in parts of the outer axis, which are then added in their order.
 */

/** Workgroups that keep a large GPU busy. */
const wantedGroups = 256
/** Below so many rows for each thread a part costs more than it saves. */
const leastRows = 8

export function registerLayerNormalisation(): void {
  register('AnnealLayerNorm', forward)
  register('AnnealLayerNormGrad', backward)
}

type Sizes = Readonly<Record<'rows' | 'places' | 'groups' | 'width', number>>

function sizesOf(gamma: tf.TensorInfo, attrs: tf.NamedAttrMap): Sizes & { readonly epsilon: number } {
  const { epsilon, outer, places, groups } = groupNormAttrs.parse(attrs)
  return { epsilon, rows: outer * groups, places, groups, width: sizeOf(gamma.shape) / groups }
}

function forward(backend: WebGPUBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo[] {
  const [x, gamma, beta] = [input(inputs, 'x'), input(inputs, 'gamma'), input(inputs, 'beta')]
  const { epsilon, ...sizes } = sizesOf(gamma, attrs)
  const [y, statistics] = [
    make(backend, x.shape),
    make(backend, [sizes.rows / sizes.groups, sizes.groups, 2]),
  ]
  runKernel(backend, {
    name: 'LayerNorm',
    threads,
    groups: groupsFor(sizes.rows * threads, threads),
    reads: { x, gamma, beta },
    writes: { y, statistics },
    ints: { ...sizes },
    floats: { epsilon },
    code: forwardCode,
  })
  return [y, statistics]
}

function backward(backend: WebGPUBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo[] {
  const [dy, x, gamma] = [input(inputs, 'dy'), input(inputs, 'x'), input(inputs, 'gamma')]
  const statistics = input(inputs, 'statistics')
  const { epsilon: _, ...sizes } = sizesOf(gamma, attrs)
  const dx = make(backend, x.shape)
  runKernel(backend, {
    name: 'LayerNormGradient',
    threads,
    groups: groupsFor(sizes.rows * threads, threads),
    reads: { dy, x, gamma, statistics },
    writes: { dx },
    ints: { ...sizes },
    code: gradientCode,
  })
  return [dx, ...weightGradients(backend, { dy, x, statistics }, gamma.shape, sizes)]
}

function weightGradients(
  backend: WebGPUBackend,
  reads: Inputs,
  shape: number[],
  sizes: Sizes,
): [dGamma: tf.TensorInfo, dBeta: tf.TensorInfo] {
  const channels = sizeOf(shape)
  const outer = sizes.rows / sizes.groups
  const across = Math.ceil(channels / channelThreads)
  const most = Math.min(Math.ceil(wantedGroups / across), Math.floor((outer * sizes.places) / leastRows))
  const part = Math.ceil(outer / Math.max(1, Math.min(most, outer)))
  const parts = Math.ceil(outer / part)
  const partial = [make(backend, [parts, ...shape]), make(backend, [parts, ...shape])] as const
  runKernel(backend, {
    name: 'LayerNormChannels',
    threads: channelThreads,
    groups: [across, parts, 1],
    reads,
    writes: { gammas: partial[0], betas: partial[1] },
    ints: { ...sizes, channels, outer, part },
    code: channelsCode,
  })
  const [dGamma, dBeta] = partial.map((each) => {
    const sum = make(backend, shape)
    runKernel(backend, {
      name: 'SumOfParts',
      threads: sumThreads,
      groups: groupsFor(channels, sumThreads),
      reads: { parts: each },
      writes: { sum },
      ints: { size: channels, count: parts },
      code: sumCode,
    })
    backend.disposeData(each.dataId)
    return sum
  })
  if (dGamma === undefined || dBeta === undefined) throw new Error('two sums were made')
  return [dGamma, dBeta]
}
