import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { type ScanAttrs, scanAttrs } from '../recurrentAttrs.ts'
import type * as tf from '../tf.ts'
import { type Inputs, input, make, register, runKernel } from './kernel.ts'
import { backwardCode, forwardCode, nameOf } from './recurrentCode.ts'

/*
 * Recurrent layers over all steps in one dispatch each way (see engine/recurrent.ts): a workgroup has one example, a
 * thread some of its units, and the states of a step are read by all threads in the next.
 */

const gatesOf = { lstm: 4, gru: 3, gruAfter: 3, simple: 1 } as const

export function registerRecurrent(): void {
  register('AnnealScan', (backend, inputs, attrs) => forward(backend, inputs, scanAttrs.parse(attrs)))
  register('AnnealScanGrad', (backend, inputs, attrs) => backward(backend, inputs, scanAttrs.parse(attrs)))
}

function forward(backend: WebGPUBackend, inputs: Inputs, attrs: ScanAttrs): tf.TensorInfo[] {
  const [z, recurrent] = [input(inputs, 'z'), input(inputs, 'recurrent')]
  const { batch, steps, units } = sizes(z, attrs)
  const result = make(backend, attrs.sequences ? [batch, steps, units] : [batch, units])
  const gates = make(backend, z.shape)
  const previous = make(backend, [batch, steps, units])
  const kept = attrs.cell === 'simple' ? {} : { extra: make(backend, [batch, steps, units]) }
  const masked = 'mask' in inputs
  const bias = attrs.cell === 'gruAfter' ? { bias: input(inputs, 'bias') } : {}
  const threads = threadsFor(units)
  runKernel(backend, {
    name: `Scan${nameOf(attrs, masked)}By${threads}`,
    threads,
    groups: [batch, 1, 1],
    reads: { z, recurrent, ...bias, ...(masked && { mask: input(inputs, 'mask') }) },
    writes: { outputs: result, gates, previous, ...kept },
    ints: { steps, units, columns: units * gatesOf[attrs.cell] },
    code: forwardCode(attrs, masked, threads),
  })
  return [result, gates, previous, ...Object.values(kept)]
}

function backward(backend: WebGPUBackend, inputs: Inputs, attrs: ScanAttrs): tf.TensorInfo[] {
  const gates = input(inputs, 'gates')
  const { batch, steps, units } = sizes(gates, attrs)
  const dz = make(backend, gates.shape)
  const product = attrs.cell === 'gruAfter' ? { dProduct: make(backend, [batch, steps, units]) } : {}
  // The gradients of state and carry on their way from step to step.
  const states = make(backend, [batch, 2, units])
  const read = { simple: [], lstm: ['extra'], gru: ['previous'], gruAfter: ['previous', 'extra'] }[attrs.cell]
  const masked = 'mask' in inputs
  const names = ['dy', 'recurrent', 'gates', ...read, ...(masked ? ['mask'] : [])]
  const threads = threadsFor(units)
  runKernel(backend, {
    name: `ScanGrad${nameOf(attrs, masked)}By${threads}`,
    threads,
    groups: [batch, 1, 1],
    reads: Object.fromEntries(names.map((name) => [name, input(inputs, name)])),
    writes: { dz, states, ...product },
    ints: { steps, units, columns: units * gatesOf[attrs.cell] },
    code: backwardCode(attrs, masked, threads),
  })
  backend.disposeData(states.dataId)
  return [dz, ...Object.values(product)]
}

function sizes({ shape: [batch = 0, steps = 0, columns = 0] }: tf.TensorInfo, { cell }: ScanAttrs) {
  return { batch, steps, units: columns / gatesOf[cell] }
}

const threadsFor = (units: number): number => (units <= 32 ? 32 : units <= 64 ? 64 : 128)
