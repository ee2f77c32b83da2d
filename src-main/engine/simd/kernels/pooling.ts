import type * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { type Inputs, input, isFloat, register } from '../register.ts'
import { poolWindows, type Windows, windowsOf } from './windows.ts'

/** Numbers that a chunk reads. */
const chunkNumbers = 65_536
/** What the kernels are told of the windows: that they average; that they do not overlap, and each number is written once. */
const mode = { average: 1, apart: 2 } as const

export function registerPooling(): void {
  for (const rank of ['', '3D'] as const) {
    register(`MaxPool${rank}`, (backend, inputs, attrs) => forward(backend, inputs, attrs, 0))
    register(`AvgPool${rank}`, (backend, inputs, attrs) => forward(backend, inputs, attrs, mode.average))
    register(`MaxPool${rank}Grad`, (backend, inputs, attrs) => gradient(backend, inputs, attrs, 0))
    register(`AvgPool${rank}Grad`, (backend, inputs, attrs) => gradient(backend, inputs, attrs, mode.average))
  }
}

/** @returns undefined for what is left to the cpu backend: numbers of another type, and where there is nothing to do */
function forward(
  backend: SimdBackend,
  inputs: Inputs,
  attrs: tf.NamedAttrMap,
  kind: number,
): tf.TensorInfo | undefined {
  const x = input(inputs, 'x')
  const windows = isFloat(x) ? poolWindows(x.shape, attrs) : undefined
  if (windows === undefined) return undefined
  const { batch, channels, slices, rows, columns } = windows
  const out = backend.make(windows.outShape)
  const chunk = Math.ceil(chunkNumbers / (columns.size * channels * rows.taps * slices.taps))
  const parameters = [backend.address(x), backend.address(out), ...geometry(windows), kind]
  const examples = { count: batch, reads: [0], writes: [1] }
  backend.pool.dispatch('pool', parameters, batch * slices.out * rows.out, chunk, undefined, examples)
  return out
}

/** Of an average it is right at the edges too, where tfjs divides by the whole window. */
function gradient(
  backend: SimdBackend,
  inputs: Inputs,
  attrs: tf.NamedAttrMap,
  kind: number,
): tf.TensorInfo | undefined {
  const [x, dy] = [input(inputs, 'input'), input(inputs, 'dy')]
  const windows = isFloat(x, dy) ? windowsOf(dy, poolWindows(x.shape, attrs)) : undefined
  if (windows === undefined) return undefined
  const { batch, channels, slices, rows, columns } = windows
  const dx = backend.make(windows.inShape)
  const writesAll = isOfTwo(windows) || kind === mode.average
  const apart = writesAll && [slices, rows, columns].every(({ taps, stride }) => taps <= stride)
  const addresses = [backend.address(dy), backend.address(x), backend.address(dx)]
  const parameters = [...addresses, ...geometry(windows), kind | (apart ? mode.apart : 0)]
  const chunk = Math.ceil(chunkNumbers / (slices.size * rows.size * columns.size * channels))
  const examples = { count: batch, reads: [0, 1], writes: [2] }
  backend.pool.dispatch('poolGradient', parameters, batch, chunk, undefined, examples)
  return dx
}

/** Whether greatest numbers have the kernel for windows of 2×2, which writes all of an image that they cover. */
function isOfTwo({ channels, slices, rows, columns }: Windows): boolean {
  const two = [rows, columns].every((axis) => {
    return axis.taps === 2 && axis.stride === 2 && axis.before === 0 && axis.out * 2 <= axis.size
  })
  return two && channels % 8 === 0 && slices.size === 1 && slices.taps === 1 && slices.out === 1
}

function geometry({ channels, slices, rows, columns }: Windows): number[] {
  const axes = [slices, rows, columns]
  return [
    ...axes.map(({ size }) => size),
    channels,
    ...axes.map(({ taps }) => taps),
    ...axes.map(({ stride }) => stride),
    ...axes.map(({ before }) => before),
    ...axes.map(({ out }) => out),
  ]
}
