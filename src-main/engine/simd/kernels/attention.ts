import { attentionAttrs } from '../../attention.ts'
import { type Inputs, input, register } from '../register.ts'
import { panelColumns, tileBytes } from './product.ts'

/** Multiplications and additions that are worth a chunk of their own. */
const chunkWork = 500_000

/** Attention of several heads; see engine/attention.ts. */
export function registerAttention(): void {
  register('AnnealAttention', (backend, inputs, attrs) => {
    const { scale, causal } = attentionAttrs.parse(attrs)
    const { q, k, v, heads, targets, sources, size, values, batch } = read(inputs)
    const out = backend.make([batch, targets, heads, values])
    const probabilities = backend.make([batch, heads, targets, sources])
    const addresses = [q, k, v, out, probabilities].map((tensor) => backend.address(tensor))
    backend.pool.dispatch(
      'attentionForward',
      [...addresses, heads, targets, sources, size, values, scale, causal ? 1 : 0],
      batch * heads,
      Math.ceil(chunkWork / (targets * sources * (size + values))),
      tileBytes + panelBytes(panelColumns(backend), sources, size, values),
    )
    return [out, probabilities]
  })
  register('AnnealAttentionGrad', (backend, inputs, attrs) => {
    const { scale } = attentionAttrs.parse(attrs)
    const { q, k, v, heads, targets, sources, size, values, batch } = read(inputs)
    const gradients = [q, k, v].map(({ shape }) => backend.make([...shape]))
    const tensors = [q, k, v, input(inputs, 'probabilities'), input(inputs, 'dy'), ...gradients]
    backend.pool.dispatch(
      'attentionBackward',
      [...tensors.map((tensor) => backend.address(tensor)), heads, targets, sources, size, values, scale],
      batch * heads,
      Math.ceil(chunkWork / (2 * targets * sources * (size + values))),
      tileBytes + panelBytes(panelColumns(backend), sources, size, values) + targets * sources * 4 + 64,
    )
    return gradients
  })
}

function read(inputs: Inputs) {
  const [q, k, v] = [input(inputs, 'q'), input(inputs, 'k'), input(inputs, 'v')]
  const [batch = 0, targets = 0, heads = 0, size = 0] = q.shape
  const [, sources = 0] = k.shape
  const [, , , values = 0] = v.shape
  return { q, k, v, batch, targets, heads, size, sources, values }
}

/** Room for either side of a product in panels. */
const panelBytes = (panel: number, sources: number, size: number, values: number): number =>
  4 * Math.max((sources + panel) * Math.max(size, values), (Math.max(size, values) + panel) * sources)
