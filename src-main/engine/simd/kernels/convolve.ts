import type { SimdBackend } from '../backend.ts'
import { joinPlaces } from './joinedPlaces.ts'
import { panelColumns, tileBytes } from './product.ts'
import { type Axis, type Convolution, isFlat, paddedSize } from './windows.ts'

/* Convolutions as products of matrices whose rows are windows; see assembly/convolution.ts. */

/** Multiplications and additions that are worth a chunk of their own. */
const chunkWork = 4_000_000
/** Places that pass while a panel stays in the first cache, and bytes of padded images beside it. */
const fewestPlaces = 96
const groupBytes = 256 * 1024
/** Up to so many places of an image what meets padding is left out, if there are images enough to fill tiles. */
const mostClippedPlaces = 16
const fewestClippedImages = 6
const fewestClippedChannels = 32
/** Images in a block of the clipped kernel: a panel and the block stay in the second cache. */
const clippedBlock = 24

export function convolve(backend: SimdBackend, c: Convolution): void {
  if (isClipped(c)) {
    const packed = pack(backend, c)
    convolveClipped(backend, c, packed)
    backend.heap.free(packed)
    return
  }
  const { joined = c, blocks = [] } = joinPlaces(backend, c) ?? {}
  const packed = pack(backend, joined)
  convolveWindows(backend, joined, packed)
  for (const block of [packed, ...blocks]) backend.heap.free(block)
}

function pack(
  backend: SimdBackend,
  { channels, filters, filter, slices, rows, columns }: Convolution,
): number {
  const depth = rows.taps * columns.taps * channels
  const panels = Math.ceil(filters / panelColumns(backend))
  const sliceBytes = panels * panelColumns(backend) * depth * 4
  const packed = backend.heap.allocate(slices.taps * sliceBytes)
  for (let slice = 0; slice < slices.taps; slice++) {
    const addresses = [filter.from + slice * filter.sliceStep, packed + slice * sliceBytes]
    backend.pool.dispatch('packPanels', [...addresses, ...filter.taps], panels, Math.ceil(4096 / depth))
  }
  return packed
}

function convolveWindows(backend: SimdBackend, c: Convolution, packed: number): void {
  const { batch, channels, filters, slices, rows, columns } = c
  const axes = [slices, rows, columns]
  const paddedBytes = paddedSize(rows) * paddedColumns(columns) * channels * 4
  const enough = Math.ceil(fewestPlaces / (rows.out * columns.out))
  const group = isFlat(slices)
    ? Math.max(1, Math.min(enough, batch, Math.floor(groupBytes / paddedBytes)))
    : 1
  const parameters = [
    ...[c.from, packed, c.to, ...axes.map(({ size }) => size), channels],
    ...[...axes.map(({ before }) => before), ...axes.map(({ taps }) => taps)],
    ...[...axes.map(({ stride }) => stride), ...axes.map(({ dilation }) => dilation)],
    ...[...axes.map(({ out }) => out), filters, ...c.steps, c.bias, c.mode, group],
  ]
  const work = rows.out * columns.out * filters * channels * slices.taps * rows.taps * columns.taps
  const chunk = group * Math.ceil(chunkWork / (work * group))
  const scratch = group * paddedBytes + tileBytes + 256
  const examples = { count: batch, reads: [0], writes: [2] }
  backend.pool.dispatch('convolve', parameters, batch * slices.out, chunk, scratch, examples)
}

/** Columns of a padded row, those of each remainder by the dilation as many. */
const paddedColumns = (columns: Axis): number =>
  Math.ceil(paddedSize(columns) / columns.dilation) * columns.dilation

function isClipped({ batch, channels, slices, rows, columns }: Convolution): boolean {
  const few = rows.out * columns.out <= mostClippedPlaces && batch >= fewestClippedImages
  const dilated = rows.dilation > 1 || columns.dilation > 1
  const padded = [rows, columns].some((axis) => axis.before > 0 || paddedSize(axis) > axis.size + axis.before)
  return (
    isFlat(slices) &&
    few &&
    padded &&
    !dilated &&
    channels >= fewestClippedChannels &&
    [rows, columns].every(meets)
  )
}

/** Whether every window meets what it slides over. */
const meets = ({ size, out, taps, stride, before }: Axis): boolean =>
  before < taps && before >= 0 && (out - 1) * stride - before < size

function convolveClipped(backend: SimdBackend, c: Convolution, packed: number): void {
  const { batch, channels, filters, rows, columns } = c
  const [volumeStep, , rowStep, placeStep] = c.steps
  const parameters = [
    ...[c.from, packed, c.to, batch, clippedBlock, rows.size, columns.size, channels],
    ...[rows.before, columns.before, rows.taps, columns.taps, rows.stride, columns.stride],
    ...[rows.out, columns.out, filters, volumeStep, rowStep, placeStep, c.bias, c.mode],
  ]
  const panels = Math.ceil(filters / panelColumns(backend))
  const work =
    clippedBlock * rows.out * columns.out * panelColumns(backend) * channels * rows.taps * columns.taps
  const chunk = Math.ceil(chunkWork / work)
  backend.pool.dispatch(
    'convolveClipped',
    parameters,
    Math.ceil(batch / clippedBlock) * panels,
    chunk,
    tileBytes,
  )
}
