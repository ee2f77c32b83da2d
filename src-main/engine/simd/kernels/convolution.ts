import { z } from 'zod'
import { type Phase, phasesOf } from '../../convPhases.ts'
import * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { type Inputs, input, isFloat, register, sizeOf } from '../register.ts'
import { panelColumns, tileBytes, tileMode } from './product.ts'
import { winogradConvolve, winogradFilterGradient, winogradFits } from './winograd.ts'

type ConvInfo = tf.backend_util.Conv2DInfo

const pair = z.union([z.number(), z.tuple([z.number(), z.number()])])
const shape4d = z.tuple([z.number(), z.number(), z.number(), z.number()])
const side = z.tuple([z.number(), z.number()])
const convAttrs = z.object({
  strides: pair,
  pad: z.union([z.enum(['same', 'valid']), z.number(), z.tuple([side, side, side, side])]),
  dataFormat: z.literal('NHWC'),
  dilations: pair.nullish(),
  dimRoundingMode: z.enum(['floor', 'round', 'ceil']).nullish(),
})
const fusedAttrs = convAttrs.extend({ activation: z.string().nullish() })

/** Multiplications and additions that are worth a chunk of their own. */
const chunkWork = 4_000_000
/** Partial sums of a filter gradient: enough for the threads of a desktop machine. */
const mostParts = 16

export function registerConvolutions(): void {
  register('Conv2D', (backend, inputs, attrs) => forward(backend, inputs, attrs, undefined, false))
  register('FusedConv2D', (backend, inputs, attrs) => {
    const activation = fusedAttrs.safeParse(attrs).data?.activation ?? 'linear'
    const { bias, preluActivationWeights } = inputs
    const known = activation === 'linear' || activation === 'relu'
    if (!known || preluActivationWeights !== undefined) return undefined
    return forward(backend, inputs, attrs, bias, activation === 'relu')
  })
  register('Conv2DBackpropInput', inputGradient)
  register('Conv2DBackpropFilter', filterGradient)
}

/** @returns undefined for what our kernels leave to the cpu backend: other layouts, dilated filters, nothing to do */
function geometry(input: unknown, filter: unknown, attrs: tf.NamedAttrMap): ConvInfo | undefined {
  const [given, x, w] = [convAttrs.safeParse(attrs), shape4d.safeParse(input), shape4d.safeParse(filter)]
  if (!given.success || !x.success || !w.success) return undefined
  const { strides, pad, dilations, dimRoundingMode } = given.data
  const info = tf.backend_util.computeConv2DInfo(
    x.data,
    w.data,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode ?? undefined,
  )
  const dilated = info.dilationHeight !== 1 || info.dilationWidth !== 1
  const empty = sizeOf(info.inShape) * sizeOf(info.outShape) * sizeOf(w.data) === 0
  return dilated || empty || info.inChannels !== w.data[2] ? undefined : info
}

function forward(
  backend: SimdBackend,
  inputs: Inputs,
  attrs: tf.NamedAttrMap,
  bias: tf.TensorInfo | undefined,
  relu: boolean,
): tf.TensorInfo | undefined {
  const [x, filter] = [input(inputs, 'x'), input(inputs, 'filter')]
  const info = geometry(x.shape, filter.shape, attrs)
  if (info === undefined || !isFloat(x, filter)) return undefined
  if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== info.outChannels)) return undefined
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info
  const out = backend.make(info.outShape)
  const pixel = outChannels * 4
  if (winogradFits(info)) {
    winogradConvolve(backend, {
      from: backend.address(x),
      to: backend.address(out),
      images: batchSize,
      image: [inHeight, inWidth, inChannels],
      places: [outHeight, outWidth, outChannels],
      padding: [padInfo.top, padInfo.left],
      filter: [backend.address(filter), 3 * inChannels * pixel, inChannels * pixel, pixel, 4],
      bias: bias === undefined ? 0 : backend.address(bias),
      relu,
    })
    return out
  }
  const taps = [1, 0, 1, 0, filterHeight * filterWidth * inChannels, pixel, outChannels, 4]
  convolve(backend, {
    images: batchSize,
    from: backend.address(x),
    filter: { from: backend.address(filter), depth: filterHeight * filterWidth * inChannels, taps },
    to: backend.address(out),
    image: [inHeight, inWidth, inChannels, padInfo.top, padInfo.left],
    taps: [filterHeight, filterWidth, strideHeight, strideWidth],
    places: [outHeight, outWidth, outChannels],
    steps: [outHeight * outWidth * pixel, outWidth * pixel, pixel],
    bias: bias === undefined ? 0 : backend.address(bias),
    mode: (bias === undefined ? 0 : tileMode.bias) | (relu ? tileMode.relu : 0),
  })
  return out
}

interface Convolution {
  readonly images: number
  readonly from: number
  /** `taps` as packPanels wants them. */
  readonly filter: { readonly from: number; readonly depth: number; readonly taps: readonly number[] }
  readonly to: number
  /** Height, width, channels, rows of padding above, columns of padding before; the last two may be negative. */
  readonly image: readonly [number, number, number, number, number]
  /** Height, width, stride down, stride right. */
  readonly taps: readonly [number, number, number, number]
  /** Height, width and channels of what comes out. */
  readonly places: readonly [number, number, number]
  /** Bytes from image to image, row to row, place to place of what comes out. */
  readonly steps: readonly [number, number, number]
  readonly bias: number
  readonly mode: number
}

function convolve(backend: SimdBackend, c: Convolution): void {
  const [rows, places, channels] = c.places
  const panelWidth = panelColumns(backend)
  const panels = Math.ceil(channels / panelWidth)
  const packedBytes = panels * panelWidth * c.filter.depth * 4
  const packed = backend.heap.allocate(packedBytes)
  backend.pool.dispatch(
    'packPanels',
    [c.filter.from, packed, ...c.filter.taps],
    panels,
    Math.ceil(4096 / c.filter.depth),
  )
  const work = rows * places * channels * c.filter.depth
  const parameters = [c.from, packed, c.to, ...c.image, ...c.taps, ...c.places, ...c.steps, c.bias, c.mode]
  const slices = { count: c.images, reads: [0], writes: [2] }
  backend.pool.dispatch(
    'convolve',
    parameters,
    c.images,
    Math.ceil(chunkWork / work),
    scratchBytes(c),
    slices,
  )
  backend.heap.free(packed)
}

/** Of a padded image, and what the kernel keeps beside it. */
function scratchBytes({ image, taps, places }: Pick<Convolution, 'image' | 'taps' | 'places'>): number {
  const [tapRows, tapColumns, strideRows, strideColumns] = taps
  const rows = (places[0] - 1) * strideRows + tapRows
  const columns = (places[1] - 1) * strideColumns + tapColumns
  return rows * columns * image[2] * 4 + tileBytes + 256
}

const filterShape = z.object({ filterShape: shape4d })
const inputShape = z.object({ inputShape: shape4d })

/** dL/dx: a convolution of dy for each phase of the stride; see engine/convPhases.ts. */
function inputGradient(
  backend: SimdBackend,
  inputs: Inputs,
  attrs: tf.NamedAttrMap,
): tf.TensorInfo | undefined {
  const [dy, filter] = [input(inputs, 'dy'), input(inputs, 'filter')]
  const info = geometry(inputShape.safeParse(attrs).data?.inputShape, filter.shape, attrs)
  if (info === undefined || !isFloat(dy, filter)) return undefined
  const dx = backend.make(info.inShape)
  if (winogradFits(info)) {
    turnedWinograd(backend, info, {
      dy: backend.address(dy),
      filter: backend.address(filter),
      dx: backend.address(dx),
    })
    return dx
  }
  const { down, right } = phasesOf(info)
  const untouched = [...down, ...right].some(({ taps }) => taps === 0)
  if (untouched) backend.pool.dispatch('fill', [backend.address(dx), 0], sizeOf(info.inShape), 262_144)
  for (const row of down) {
    for (const column of right) {
      if (row.taps * column.taps * row.count * column.count === 0) continue
      phaseGradient(backend, info, row, column, {
        dy: backend.address(dy),
        filter: backend.address(filter),
        dx: backend.address(dx),
      })
    }
  }
  return dx
}

/** At stride 1 the gradient is the convolution of dy with the filter turned around, as large as the image was. */
function turnedWinograd(
  backend: SimdBackend,
  info: ConvInfo,
  at: { dy: number; filter: number; dx: number },
): void {
  const { inChannels, outChannels, padInfo } = info
  const tap = inChannels * outChannels * 4
  winogradConvolve(backend, {
    from: at.dy,
    to: at.dx,
    images: info.batchSize,
    image: [info.outHeight, info.outWidth, outChannels],
    places: [info.inHeight, info.inWidth, inChannels],
    padding: [2 - padInfo.top, 2 - padInfo.left],
    filter: [at.filter + 8 * tap, -3 * tap, -tap, 4, outChannels * 4],
    bias: 0,
    relu: false,
  })
}

function phaseGradient(
  backend: SimdBackend,
  info: ConvInfo,
  row: Phase,
  column: Phase,
  at: { dy: number; filter: number; dx: number },
): void {
  const { inChannels, outChannels, filterWidth, strideHeight, strideWidth, inHeight, inWidth } = info
  const tap = inChannels * outChannels * 4
  const pixel = inChannels * 4
  const filter = {
    from: at.filter + (row.lastTap * filterWidth + column.lastTap) * tap,
    depth: row.taps * column.taps * outChannels,
    taps: [
      row.taps,
      -strideHeight * filterWidth * tap,
      column.taps,
      -strideWidth * tap,
      outChannels,
      4,
      inChannels,
      outChannels * 4,
    ],
  }
  convolve(backend, {
    images: info.batchSize,
    from: at.dy,
    filter,
    to: at.dx + (row.first * inWidth + column.first) * pixel,
    // So many rows and columns of zeros before dy.
    image: [
      info.outHeight,
      info.outWidth,
      outChannels,
      row.taps - 1 - row.start,
      column.taps - 1 - column.start,
    ],
    taps: [row.taps, column.taps, 1, 1],
    places: [row.count, column.count, inChannels],
    steps: [inHeight * inWidth * pixel, strideHeight * inWidth * pixel, strideWidth * pixel],
    bias: 0,
    mode: 0,
  })
}

/** dL/dW: sums of groups of images, and then the sum of these in their order. */
function filterGradient(
  backend: SimdBackend,
  inputs: Inputs,
  attrs: tf.NamedAttrMap,
): tf.TensorInfo | undefined {
  const [x, dy] = [input(inputs, 'x'), input(inputs, 'dy')]
  const info = geometry(x.shape, filterShape.safeParse(attrs).data?.filterShape, attrs)
  if (info === undefined || !isFloat(x, dy)) return undefined
  const { batchSize } = info
  const out = backend.make(info.filterShape)
  const size = sizeOf(info.filterShape)
  const group = Math.ceil(batchSize / mostParts)
  const parts = Math.ceil(batchSize / group)
  const partial = parts === 1 ? backend.address(out) : backend.heap.allocate(parts * size * 4)
  if (winogradFits(info)) {
    const addresses = { x: backend.address(x), dy: backend.address(dy), partial }
    winogradFilterGradient(backend, info, group, addresses)
  } else directFilterGradient(backend, info, group, [backend.address(x), backend.address(dy), partial])
  if (parts > 1) {
    backend.pool.dispatch('sumParts', [partial, backend.address(out), parts, size], size, 4096)
    backend.heap.free(partial)
  }
  return out
}

function directFilterGradient(
  backend: SimdBackend,
  info: ConvInfo,
  group: number,
  addresses: readonly number[],
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info
  const image = [inHeight, inWidth, inChannels, padInfo.top, padInfo.left] as const
  const taps = [filterHeight, filterWidth, strideHeight, strideWidth] as const
  const places = [outHeight, outWidth, outChannels] as const
  const parameters = [...addresses, batchSize, group, ...image, ...taps, ...places]
  const scratch = scratchBytes({ image, taps, places })
  const slices = batchSize % group === 0 ? { count: batchSize, reads: [0, 1], writes: [2] } : undefined
  backend.pool.dispatch('filterGradient', parameters, Math.ceil(batchSize / group), 1, scratch, slices)
}
