import { type ScanAttrs, scanAttrs } from '../../recurrentAttrs.ts'
import type * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { type Inputs, input, register } from '../register.ts'
import { packMatrix, panelColumns, tileBytes } from './product.ts'

/** Examples of an item: the rows of a tile. */
const itemRows = 6
const activationCodes = { linear: 0, sigmoid: 1, tanh: 2, hardSigmoid: 3, relu: 4 } as const
const gatesOf = { lstm: 4, gru: 3, gruAfter: 3, simple: 1 } as const

/** Recurrent layers over all steps; see engine/recurrent.ts. */
export function registerRecurrent(): void {
  register('AnnealScan', (backend, inputs, attrs) => {
    const [z, recurrent] = [input(inputs, 'z'), input(inputs, 'recurrent')]
    const checked = scanAttrs.parse(attrs)
    const bias = checked.cell === 'gruAfter' ? [backend.address(input(inputs, 'bias'))] : []
    return forward(backend, z, recurrent, [...bias, maskOf(backend, inputs)], checked)
  })
  register('AnnealScanGrad', (backend, inputs, attrs) => backward(backend, inputs, scanAttrs.parse(attrs)))
}

/** @returns 0 where no step is masked */
const maskOf = (backend: SimdBackend, { mask }: Inputs): number =>
  mask === undefined ? 0 : backend.address(mask)

/** @param biasAndMask addresses, as the kernel takes them behind the tensors that are kept */
function forward(
  backend: SimdBackend,
  z: tf.TensorInfo,
  recurrent: tf.TensorInfo,
  biasAndMask: readonly number[],
  attrs: ScanAttrs,
): tf.TensorInfo[] {
  const { batch, steps, units } = sizes(z, attrs)
  const out = backend.make(attrs.sequences ? [batch, steps, units] : [batch, units])
  const gates = backend.make(z.shape)
  const previous = backend.make([batch, steps, units])
  const extra = attrs.cell === 'simple' ? [] : [backend.make([batch, steps, units])]
  const packed = packRecurrent(backend, recurrent, units, attrs, false)
  const tensors = [gates, previous, ...extra].map((tensor) => backend.address(tensor))
  const [gatesAt = 0, ...kept] = tensors
  backend.pool.dispatch(
    `${attrs.cell}Forward`,
    [
      backend.address(z),
      gatesAt,
      ...packed,
      ...kept,
      ...biasAndMask,
      backend.address(out),
      ...walkOf(attrs, steps, units),
      batch,
      steps,
      units,
      ...codes(attrs),
    ],
    Math.ceil(batch / itemRows),
    1,
    tileBytes + units * 4,
  )
  for (const address of packed) backend.heap.free(address)
  return [out, gates, previous, ...extra]
}

function backward(backend: SimdBackend, inputs: Inputs, attrs: ScanAttrs): tf.TensorInfo[] {
  const gates = input(inputs, 'gates')
  const { batch, steps, units } = sizes(gates, attrs)
  const dz = backend.make(gates.shape)
  const dProduct = attrs.cell === 'gruAfter' ? [backend.make([batch, steps, units])] : []
  const packed = packRecurrent(backend, input(inputs, 'recurrent'), units, attrs, true)
  const states = {
    lstm: () => [backend.address(input(inputs, 'extra'))],
    gru: () => [backend.address(input(inputs, 'previous'))],
    gruAfter: () => ['previous', 'extra'].map((name) => backend.address(input(inputs, name))),
    simple: () => [],
  }[attrs.cell]()
  backend.pool.dispatch(
    `${attrs.cell}Backward`,
    [
      backend.address(gates),
      ...packed,
      ...states,
      maskOf(backend, inputs),
      backend.address(input(inputs, 'dy')),
      ...walkOf(attrs, steps, units),
      ...[dz, ...dProduct].map((tensor) => backend.address(tensor)),
      batch,
      steps,
      units,
      ...codes(attrs),
    ],
    Math.ceil(batch / itemRows),
    1,
    tileBytes + (2 * itemRows + 1) * units * 4,
  )
  for (const address of packed) backend.heap.free(address)
  return [dz, ...dProduct]
}

function sizes({ shape: [batch = 0, steps = 0, columns = 0] }: tf.TensorInfo, { cell }: ScanAttrs) {
  return { batch, steps, units: columns / gatesOf[cell] }
}

/** Bytes from example to example and from step to step of the states given out. */
const walkOf = ({ sequences }: ScanAttrs, steps: number, units: number): number[] =>
  sequences ? [steps * units * 4, units * 4] : [units * 4, 0]

const codes = ({ cell, activation, gateActivation }: ScanAttrs): number[] =>
  cell === 'simple'
    ? [activationCodes[activation]]
    : [activationCodes[activation], activationCodes[gateActivation]]

/** The recurrent kernel in panels, a GRU's third part by itself; turned over for the way back. */
function packRecurrent(
  backend: SimdBackend,
  recurrent: tf.TensorInfo,
  units: number,
  { cell }: ScanAttrs,
  transposed: boolean,
): number[] {
  const columns = gatesOf[cell] * units
  const parts = cell === 'gru' || cell === 'gruAfter' ? [2 * units, units] : [columns]
  const pitch = columns * 4
  let from = backend.address(recurrent)
  return parts.map((part) => {
    const [depth, across] = transposed ? [part, units] : [units, part]
    const width = panelColumns(backend)
    const to = backend.heap.allocate(Math.ceil(across / width) * width * depth * 4)
    packMatrix(backend, from, to, depth, across, transposed ? [4, pitch] : [pitch, 4])
    from += part * 4
    return to
  })
}
