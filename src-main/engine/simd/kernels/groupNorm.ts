import { groupNormAttrs } from '../../fusedAttrs.ts'
import type * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { chunkNumbers, type Inputs, input, register, sizeOf } from '../register.ts'
import { inParts } from './inParts.ts'

/** Partial sums of the gradients of gamma and beta: enough for the threads of a desktop machine. */
const mostParts = 32

/** Layer and group normalisation; see engine/fused.ts. */
export function registerGroupNorm(): void {
  register('AnnealLayerNorm', (backend, inputs, attrs) => {
    const { epsilon, outer, places, groups } = groupNormAttrs.parse(attrs)
    const [x, gamma, beta] = [input(inputs, 'x'), input(inputs, 'gamma'), input(inputs, 'beta')]
    const width = sizeOf(gamma.shape) / groups
    const [out, statistics] = [backend.make(x.shape), backend.make([outer, groups, 2])]
    const tensors = [x, gamma, beta, out, statistics].map((each) => backend.address(each))
    const chunk = Math.ceil(chunkNumbers / 2 / (places * groups * width))
    backend.pool.dispatch('groupNorm', [...tensors, places, groups, width, epsilon], outer, chunk)
    return [out, statistics]
  })
  register('AnnealLayerNormGrad', gradient)
}

function gradient(backend: SimdBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo[] {
  const { outer, places, groups } = groupNormAttrs.parse(attrs)
  const [dy, x, gamma] = [input(inputs, 'dy'), input(inputs, 'x'), input(inputs, 'gamma')]
  const channels = sizeOf(gamma.shape)
  const wanted = Math.ceil(sizeOf(x.shape) / (chunkNumbers / 4))
  const part = Math.ceil(outer / Math.max(1, Math.min(mostParts, wanted)))
  const parts = Math.ceil(outer / part)
  const [dx, dGamma, dBeta] = [backend.make(x.shape), backend.make(gamma.shape), backend.make(gamma.shape)]
  const tensors = [dy, x, gamma, input(inputs, 'statistics'), dx].map((each) => backend.address(each))
  const sizes = [outer, part, places, groups, channels / groups]
  const sumsOf = (sum: tf.TensorInfo) => ({ parts, size: channels, to: backend.address(sum) })
  inParts(backend, sumsOf(dGamma), (gammas) =>
    inParts(backend, sumsOf(dBeta), (betas) =>
      backend.pool.dispatch('groupNormBack', [...tensors, gammas, betas, ...sizes], parts, 1),
    ),
  )
  return [dx, dGamma, dBeta]
}
