import { fixedNormAttrs, moveAttrs, normAttrs, normGradientAttrs } from '../../fusedAttrs.ts'
import type * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { type Inputs, input, register, sizeOf } from '../register.ts'

/** Numbers of a group of rows whose moments are taken at once: it stays in the first cache. */
const groupNumbers = 4096
/** Numbers of a chunk of a pass over memory. */
const chunkNumbers = 32_768

/** Batch normalisation, with the ReLU and the residual sum that may follow it; see engine/fused.ts. */
export function registerNormalisation(): void {
  register('AnnealBatchNorm', (backend, inputs, attrs) => {
    const { epsilon, relu } = normAttrs.parse(attrs)
    const x = input(inputs, 'x')
    const { channels, rows, group, groups } = split(x)
    const [mean, variance, inverse] = [
      backend.make([channels]),
      backend.make([channels]),
      backend.make([channels]),
    ]
    const partial = backend.heap.allocate(groups * 2 * channels * 4)
    const grouped = [backend.address(x), partial, rows, group, channels]
    const cut = wholeExamples(x, rows, group)
    const slices = cut === undefined ? undefined : { count: cut, reads: [0], writes: [1] }
    backend.pool.dispatch('normMoments', grouped, groups, 4, undefined, slices)
    const statistics = [backend.address(mean), backend.address(variance), backend.address(inverse)]
    backend.pool.dispatch('normJoin', [partial, ...statistics, rows, group, channels, epsilon], channels, 4)
    backend.heap.free(partial)
    return [apply(backend, inputs, [mean, inverse], relu), mean, variance, inverse]
  })
  register('AnnealFixedNorm', (backend, inputs, attrs) => {
    const { relu } = fixedNormAttrs.parse(attrs)
    return [apply(backend, inputs, [input(inputs, 'mean'), input(inputs, 'inverse')], relu)]
  })
  register('AnnealMoveStatistics', moveStatistics)
  register('AnnealBatchNormGrad', gradient)
}

/** @param statistics mean and 1 / √(variance + ε) */
function apply(
  backend: SimdBackend,
  inputs: Inputs,
  statistics: readonly tf.TensorInfo[],
  relu: boolean,
): tf.TensorInfo {
  const x = input(inputs, 'x')
  const { channels, rows } = split(x)
  const out = backend.make(x.shape)
  const scales = [...statistics, input(inputs, 'gamma'), input(inputs, 'beta')]
  const tensors = [x, inputs.residual, out, ...scales].map((each) => addressOr0(backend, each))
  backend.pool.dispatch(
    'normApply',
    [...tensors, channels, relu ? 1 : 0],
    rows,
    Math.ceil(chunkNumbers / channels),
    undefined,
    { count: x.shape[0] ?? 0, reads: [0, 1], writes: [2] },
  )
  return out
}

function gradient(backend: SimdBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo[] {
  const { hasResidual } = normGradientAttrs.parse(attrs)
  const [dy, x, mean] = [input(inputs, 'dy'), input(inputs, 'x'), input(inputs, 'mean')]
  const { channels, rows, group, groups } = split(x)
  const [dx, dGamma, dBeta] = [backend.make(x.shape), backend.make([channels]), backend.make([channels])]
  const dResidual = hasResidual ? backend.make(x.shape) : undefined
  const partial = backend.heap.allocate(groups * 2 * channels * 4)
  const terms = backend.heap.allocate(2 * channels * 4)
  const inverse = backend.address(input(inputs, 'inverse'))
  // y is given where a ReLU follows. Without a residual x and beta tell as well where it is above 0.
  const y = hasResidual ? addressOr0(backend, inputs.y) : 0
  const beta = hasResidual || inputs.y === undefined ? 0 : addressOr0(backend, inputs.beta)
  const sources = [backend.address(dy), backend.address(x), y]
  const scales = [backend.address(mean), inverse, backend.address(input(inputs, 'gamma')), beta]
  const grouped = [...sources, ...scales, partial, rows, group, channels]
  const cut = wholeExamples(x, rows, group)
  const examples = cut === undefined ? undefined : { count: cut, reads: [0, 1, 2], writes: [7] }
  backend.pool.dispatch('normSlopes', grouped, groups, 4, undefined, examples)
  const sums = [inverse, backend.address(dBeta), backend.address(dGamma), terms]
  backend.pool.dispatch('normJoinSlopes', [partial, ...sums, rows, group, channels], channels, 4)
  const targets = [backend.address(dx), addressOr0(backend, dResidual)]
  const chunk = Math.ceil(chunkNumbers / channels)
  const applied = [...sources, ...targets, ...scales, terms, channels]
  const slices = { count: x.shape[0] ?? 0, reads: [0, 1, 2], writes: [3, 4] }
  backend.pool.dispatch('normBack', applied, rows, chunk, undefined, slices)
  backend.heap.free(partial)
  backend.heap.free(terms)
  return dResidual === undefined ? [dx, dGamma, dBeta] : [dx, dGamma, dBeta, dResidual]
}

function moveStatistics(backend: SimdBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo[] {
  const { rate, correction } = moveAttrs.parse(attrs)
  const sources = ['mean', 'variance', 'movingMean', 'movingVariance'].map((name) => input(inputs, name))
  const channels = sources[0]?.shape[0] ?? 0
  const made = [backend.make([channels]), backend.make([channels])]
  const addresses = [...sources, ...made].map((each) => backend.address(each))
  backend.pool.dispatch('moveStatistics', [...addresses, rate, 1 - rate, correction], channels, channels)
  return made
}

const addressOr0 = (backend: SimdBackend, info: tf.TensorInfo | undefined): number =>
  info === undefined ? 0 : backend.address(info)

function split({ shape }: tf.TensorInfo) {
  const channels = shape.at(-1) ?? 1
  const rows = sizeOf(shape) / channels
  const group = Math.max(16, Math.floor(groupNumbers / channels))
  return { channels, rows, group, groups: Math.ceil(rows / group) }
}

/** The examples, if no group of rows has rows of two of them. */
function wholeExamples(
  { shape: [count = 0] }: tf.TensorInfo,
  rows: number,
  group: number,
): number | undefined {
  return (rows / count) % group === 0 ? count : undefined
}
