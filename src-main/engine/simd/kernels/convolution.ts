import { z } from 'zod'
import type * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { type Inputs, input, isFloat, register, sizeOf } from '../register.ts'
import { convolve } from './convolve.ts'
import { sumFilterGradient } from './filterGradient.ts'
import { tileMode } from './product.ts'
import { applyInPlace, canFollow } from './unary.ts'
import { convWindows, type GradientPhase, gradientPhases, type Windows, windowsOf } from './windows.ts'
import { winogradConvolve, winogradFits } from './winograd.ts'

const fusedAttrs = z.object({ activation: z.string().nullish(), leakyreluAlpha: z.number().nullish() })
const filterShape = z.object({ filterShape: z.array(z.number()) })
const inputShape = z.object({ inputShape: z.array(z.number()) })

export function registerConvolutions(): void {
  register('Conv2D', (backend, inputs, attrs) => forward(backend, inputs, attrs, undefined, false))
  register('FusedConv2D', (backend, inputs, attrs) => {
    const given = fusedAttrs.safeParse(attrs).data
    const activation = given?.activation ?? 'linear'
    const { bias, preluActivationWeights } = inputs
    if (!canFollow(activation, preluActivationWeights !== undefined)) return undefined
    const relu = activation === 'relu'
    const out = forward(backend, inputs, attrs, bias, relu)
    if (out !== undefined && !relu) applyInPlace(backend, out, activation, given?.leakyreluAlpha ?? undefined)
    return out
  })
  register('Conv2DBackpropInput', inputGradient)
  register('Conv2DBackpropFilter', filterGradient)
  register('Conv3D', (backend, inputs, attrs) => forward(backend, inputs, attrs, undefined, false))
  register('Conv3DBackpropInputV2', inputGradient)
  register('Conv3DBackpropFilterV2', filterGradient)
}

/** @returns undefined for what our kernels leave to the cpu backend; see convWindows */
function forward(
  backend: SimdBackend,
  inputs: Inputs,
  attrs: tf.NamedAttrMap,
  bias: tf.TensorInfo | undefined,
  relu: boolean,
): tf.TensorInfo | undefined {
  const [x, filter] = [input(inputs, 'x'), input(inputs, 'filter')]
  const windows = isFloat(x, filter) ? convWindows(x.shape, filter.shape, attrs) : undefined
  if (windows === undefined) return undefined
  const { batch, channels, outChannels, slices, rows, columns } = windows
  if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== outChannels)) return undefined
  const out = backend.make(windows.outShape)
  const pixel = outChannels * 4
  const addends = bias === undefined ? 0 : backend.address(bias)
  if (winogradFits(windows)) {
    winogradConvolve(backend, {
      from: backend.address(x),
      to: backend.address(out),
      images: batch,
      image: [rows.size, columns.size, channels],
      places: [rows.out, columns.out, outChannels],
      padding: [rows.before, columns.before],
      filter: [backend.address(filter), 3 * channels * pixel, channels * pixel, pixel, 4],
      bias: addends,
      relu,
    })
    return out
  }
  const tap = channels * pixel
  const sliceStep = rows.out * columns.out * pixel
  convolve(backend, {
    ...{ batch, channels, filters: outChannels, slices, rows, columns },
    from: backend.address(x),
    filter: {
      from: backend.address(filter),
      sliceStep: rows.taps * columns.taps * tap,
      taps: [...[rows.taps, columns.taps * tap, columns.taps, tap], ...[channels, pixel, outChannels, 4]],
    },
    to: backend.address(out),
    steps: [slices.out * sliceStep, sliceStep, columns.out * pixel, pixel],
    bias: addends,
    mode: (bias === undefined ? 0 : tileMode.bias) | (relu ? tileMode.relu : 0),
  })
  return out
}

interface Addresses {
  readonly dy: number
  readonly filter: number
  readonly dx: number
}

/** dL/dx: a convolution of dy for each phase of the stride; see engine/convPhases.ts. */
function inputGradient(
  backend: SimdBackend,
  inputs: Inputs,
  attrs: tf.NamedAttrMap,
): tf.TensorInfo | undefined {
  const [dy, filter] = [input(inputs, 'dy'), input(inputs, 'filter')]
  const shape = inputShape.safeParse(attrs).data?.inputShape
  const windows = isFloat(dy, filter) ? windowsOf(dy, convWindows(shape, filter.shape, attrs)) : undefined
  if (windows === undefined) return undefined
  const dx = backend.make(windows.inShape)
  const at = { dy: backend.address(dy), filter: backend.address(filter), dx: backend.address(dx) }
  if (winogradFits(windows)) {
    turnedWinograd(backend, windows, at)
    return dx
  }
  const axes = [windows.slices, windows.rows, windows.columns]
  const [deep = [], down = [], right = []] = axes.map(gradientPhases)
  const untouched = [...deep, ...down, ...right].some(({ taps }) => taps === 0)
  if (untouched) backend.pool.dispatch('fill', [at.dx, 0], sizeOf(windows.inShape), 262_144)
  for (const slice of deep) {
    for (const row of down) {
      for (const column of right) {
        const phases = [slice, row, column] as const
        if (phases.every(({ taps, count }) => taps * count > 0)) phaseGradient(backend, windows, phases, at)
      }
    }
  }
  return dx
}

/** At stride 1 the gradient is the convolution of dy with the filter turned around, as large as the image was. */
function turnedWinograd(backend: SimdBackend, windows: Windows, at: Addresses): void {
  const { batch, channels, outChannels, rows, columns } = windows
  const tap = channels * outChannels * 4
  winogradConvolve(backend, {
    from: at.dy,
    to: at.dx,
    images: batch,
    image: [rows.out, columns.out, outChannels],
    places: [rows.size, columns.size, channels],
    padding: [2 - rows.before, 2 - columns.before],
    filter: [at.filter + 8 * tap, -3 * tap, -tap, 4, outChannels * 4],
    bias: 0,
    relu: false,
  })
}

function phaseGradient(
  backend: SimdBackend,
  windows: Windows,
  [slice, row, column]: readonly [GradientPhase, GradientPhase, GradientPhase],
  at: Addresses,
): void {
  const { batch, channels, outChannels, slices, rows, columns } = windows
  const tap = channels * outChannels * 4
  const sliceOfTaps = rows.taps * columns.taps * tap
  const pixel = channels * 4
  const [sliceBytes, rowBytes] = [rows.size * columns.size * pixel, columns.size * pixel]
  const lastTap = slice.lastTap * sliceOfTaps + (row.lastTap * columns.taps + column.lastTap) * tap
  const taps = [
    ...[row.taps, -rows.stride * columns.taps * tap, column.taps, -columns.stride * tap],
    ...[outChannels, 4, channels, outChannels * 4],
  ]
  convolve(backend, {
    ...{ batch, channels: outChannels, filters: channels },
    ...{ slices: slice.axis, rows: row.axis, columns: column.axis },
    from: at.dy,
    filter: { from: at.filter + lastTap, sliceStep: -slices.stride * sliceOfTaps, taps },
    to: at.dx + slice.first * sliceBytes + row.first * rowBytes + column.first * pixel,
    steps: [
      slices.size * sliceBytes,
      slices.stride * sliceBytes,
      rows.stride * rowBytes,
      columns.stride * pixel,
    ],
    ...{ bias: 0, mode: 0 },
  })
}

function filterGradient(
  backend: SimdBackend,
  inputs: Inputs,
  attrs: tf.NamedAttrMap,
): tf.TensorInfo | undefined {
  const [x, dy] = [input(inputs, 'x'), input(inputs, 'dy')]
  const shape = filterShape.safeParse(attrs).data?.filterShape
  const windows = isFloat(x, dy) ? windowsOf(dy, convWindows(x.shape, shape, attrs)) : undefined
  if (windows === undefined) return undefined
  const out = backend.make(windows.filterShape)
  sumFilterGradient(backend, windows, {
    x: backend.address(x),
    dy: backend.address(dy),
    to: backend.address(out),
  })
  return out
}
