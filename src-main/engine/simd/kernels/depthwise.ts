import { z } from 'zod'
import type * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { type Inputs, input, isFloat, register, sizeOf } from '../register.ts'
import { inGroups } from './filterGradient.ts'
import { applyInPlace, canFollow } from './unary.ts'
import {
  type Axis,
  depthwiseWindows,
  gradientPhases,
  paddedSize,
  type Windows,
  windowsOf,
} from './windows.ts'

/** What the kernel does to a number before it is stored. */
const finish = { bias: 1, relu: 2 } as const
/** Bytes of a padded strip: it stays in the second cache beside what is computed of it. */
const stripBytes = 128 * 1024
/** Multiplications and additions that are worth a chunk of their own. */
const chunkWork = 500_000

const fusedAttrs = z.object({ activation: z.string().nullish(), leakyreluAlpha: z.number().nullish() })
const filterShape = z.object({ filterShape: z.array(z.number()) })
const inputShape = z.object({ inputShape: z.array(z.number()) })

export function registerDepthwise(): void {
  register('DepthwiseConv2dNative', (backend, inputs, attrs) => forward(backend, inputs, attrs, undefined, 0))
  register('FusedDepthwiseConv2D', (backend, inputs, attrs) => {
    const given = fusedAttrs.safeParse(attrs).data
    const activation = given?.activation ?? 'linear'
    const { bias, preluActivationWeights } = inputs
    if (!canFollow(activation, preluActivationWeights !== undefined)) return undefined
    const relu = activation === 'relu'
    const out = forward(backend, inputs, attrs, bias, relu ? finish.relu : 0)
    if (out !== undefined && !relu) applyInPlace(backend, out, activation, given?.leakyreluAlpha ?? undefined)
    return out
  })
  register('DepthwiseConv2dNativeBackpropInput', inputGradient)
  register('DepthwiseConv2dNativeBackpropFilter', filterGradient)
}

function forward(
  backend: SimdBackend,
  inputs: Inputs,
  attrs: tf.NamedAttrMap,
  bias: tf.TensorInfo | undefined,
  mode: number,
): tf.TensorInfo | undefined {
  const [x, filter] = [input(inputs, 'x'), input(inputs, 'filter')]
  const windows = depthwiseWindows(x.shape, filter.shape, attrs)
  if (windows === undefined || !isFloat(x, filter)) return undefined
  const lanes = windows.outChannels
  if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== lanes)) return undefined
  const { batch, channels, rows, columns } = windows
  const out = backend.make(windows.outShape)
  depthwise(backend, {
    ...{ images: batch, channels, multiplier: lanes / channels, rows, columns },
    from: backend.address(x),
    filter: [backend.address(filter), columns.taps * lanes * 4, lanes * 4],
    to: backend.address(out),
    steps: [rows.out * columns.out * lanes * 4, columns.out * lanes * 4, lanes * 4],
    bias: bias === undefined ? 0 : backend.address(bias),
    mode: mode | (bias === undefined ? 0 : finish.bias),
  })
  return out
}

interface Depthwise {
  readonly images: number
  readonly channels: number
  /** Filters of each channel. */
  readonly multiplier: number
  readonly rows: Axis
  readonly columns: Axis
  readonly from: number
  /** Address of the first tap, bytes from row to row and from tap to tap. */
  readonly filter: readonly [number, number, number]
  readonly to: number
  /** Bytes from image to image, row to row, place to place of what comes out. */
  readonly steps: readonly [number, number, number]
  readonly bias: number
  readonly mode: number
}

function depthwise(backend: SimdBackend, d: Depthwise): void {
  const { rows, columns } = d
  const lanes = d.channels * d.multiplier
  const { stripRows, scratch } = strips(rows, columns, lanes)
  const [filter, ...filterSteps] = d.filter
  const parameters = [
    ...[d.from, filter, d.to, rows.size, columns.size, d.channels, d.multiplier],
    ...[rows.before, columns.before, rows.taps, columns.taps, rows.stride, columns.stride],
    ...[rows.dilation, columns.dilation, ...filterSteps, rows.out, columns.out, stripRows],
    ...[...d.steps, d.bias, d.mode],
  ]
  const items = d.images * Math.ceil(rows.out / stripRows)
  const work = stripRows * columns.out * lanes * rows.taps * columns.taps
  const examples = { count: d.images, reads: [0], writes: [2] }
  backend.pool.dispatch('depthwise', parameters, items, Math.ceil(chunkWork / work), scratch, examples)
}

/** Rows that are computed at once, and bytes of what they read. */
function strips(rows: Axis, columns: Axis, lanes: number): { stripRows: number; scratch: number } {
  const pitch = paddedSize(columns) * lanes * 4
  const reach = (rows.taps - 1) * rows.dilation + 1
  const fitting = Math.floor((Math.floor(stripBytes / pitch) - reach) / rows.stride) + 1
  const stripRows = Math.max(1, Math.min(rows.out, fitting))
  return { stripRows, scratch: ((stripRows - 1) * rows.stride + reach) * pitch + 256 }
}

/** dL/dx: a depthwise convolution of dy for each phase of the stride; see engine/convPhases.ts. */
function inputGradient(
  backend: SimdBackend,
  inputs: Inputs,
  attrs: tf.NamedAttrMap,
): tf.TensorInfo | undefined {
  const [dy, filter] = [input(inputs, 'dy'), input(inputs, 'filter')]
  const shape = inputShape.safeParse(attrs).data?.inputShape
  const windows = windowsOf(dy, depthwiseWindows(shape, filter.shape, attrs))
  if (windows === undefined || !isFloat(dy, filter)) return undefined
  const { channels, outChannels: lanes, inShape } = windows
  const multiplier = lanes / channels
  const dx = backend.make(inShape)
  const numbers = sizeOf(inShape)
  const from = { dy: backend.address(dy), filter: backend.address(filter) }
  if (multiplier === 1) {
    gradientByPhases(backend, windows, { ...from, to: backend.address(dx) })
    return dx
  }
  const spread = backend.heap.allocate(numbers * multiplier * 4)
  gradientByPhases(backend, windows, { ...from, to: spread })
  backend.pool.dispatch('sumNeighbours', [spread, backend.address(dx), multiplier], numbers, 32_768)
  backend.heap.free(spread)
  return dx
}

/** Of every filter by itself: [batch, rows, columns, filters]. */
function gradientByPhases(
  backend: SimdBackend,
  { batch, outChannels: lanes, rows, columns }: Windows,
  at: { readonly dy: number; readonly filter: number; readonly to: number },
): void {
  const pixel = lanes * 4
  const [down, right] = [gradientPhases(rows), gradientPhases(columns)]
  const untouched = [...down, ...right].some(({ taps }) => taps === 0)
  const numbers = batch * rows.size * columns.size * lanes
  if (untouched) backend.pool.dispatch('fill', [at.to, 0], numbers, 262_144)
  for (const row of down) {
    for (const column of right) {
      if (row.taps * column.taps * row.count * column.count === 0) continue
      depthwise(backend, {
        ...{ images: batch, channels: lanes, multiplier: 1, rows: row.axis, columns: column.axis },
        from: at.dy,
        filter: [
          at.filter + (row.lastTap * columns.taps + column.lastTap) * pixel,
          -rows.stride * columns.taps * pixel,
          -columns.stride * pixel,
        ],
        to: at.to + (row.first * columns.size + column.first) * pixel,
        steps: [rows.size * columns.size * pixel, rows.stride * columns.size * pixel, columns.stride * pixel],
        ...{ bias: 0, mode: 0 },
      })
    }
  }
}

/** dL/dW: sums of groups of images, and then the sum of these in their order. */
function filterGradient(
  backend: SimdBackend,
  inputs: Inputs,
  attrs: tf.NamedAttrMap,
): tf.TensorInfo | undefined {
  const [x, dy] = [input(inputs, 'x'), input(inputs, 'dy')]
  const shape = filterShape.safeParse(attrs).data?.filterShape
  const windows = windowsOf(dy, depthwiseWindows(x.shape, shape, attrs))
  if (windows === undefined || !isFloat(x, dy)) return undefined
  const { batch, channels, outChannels: lanes, rows, columns } = windows
  const out = backend.make(windows.filterShape)
  const [from, size] = [[backend.address(x), backend.address(dy)], sizeOf(windows.filterShape)]
  const { stripRows, scratch } = strips(rows, columns, lanes)
  inGroups(backend, { batch, size, to: backend.address(out) }, (group, partial) => {
    const parameters = [
      ...[...from, partial, batch, group],
      ...[rows.size, columns.size, channels, lanes / channels, rows.before, columns.before],
      ...[rows.taps, columns.taps, rows.stride, columns.stride, rows.dilation, columns.dilation],
      ...[rows.out, columns.out, stripRows],
    ]
    const examples = batch % group === 0 ? { count: batch, reads: [0, 1], writes: [2] } : undefined
    const parts = Math.ceil(batch / group)
    backend.pool.dispatch('depthwiseFilterGradient', parameters, parts, 1, scratch, examples)
  })
  return out
}
