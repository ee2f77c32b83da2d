import type { SimdBackend } from '../backend.ts'
import { sizeOf } from '../register.ts'
import { inParts } from './inParts.ts'
import { tileBytes } from './product.ts'
import { isFlat, paddedSize, type Windows } from './windows.ts'
import { winogradFilterGradient, winogradFits } from './winograd.ts'

/** Partial sums of a filter gradient: enough for the threads of a desktop machine. */
const mostParts = 16
/** Up to so many places of an image, each tap is summed over all images by itself where the filter is large. */
const mostPlacesByTap = 16
const fewestNumbersByTap = 16_384
/** Channels of an item then, and bytes that it copies to read them as neighbours. */
const channelBlock = 48
const copiedBytes = (channelBlock + 16) * 4 * 512

interface Addresses {
  readonly x: number
  readonly dy: number
  readonly to: number
}

/** dL/dW: sums of groups of images, and then the sum of these in their order. */
export function sumFilterGradient(backend: SimdBackend, windows: Windows, at: Addresses): void {
  const { batch, slices, rows, columns, filterShape } = windows
  const size = sizeOf(filterShape)
  if (isFlat(slices) && rows.out * columns.out <= mostPlacesByTap && size >= fewestNumbersByTap) {
    sumByTap(backend, windows, at)
    return
  }
  inGroups(backend, { batch, size, to: at.to }, (group, partial) => {
    if (winogradFits(windows)) winogradFilterGradient(backend, windows, group, { ...at, partial })
    else sumWindows(backend, windows, group, { ...at, to: partial })
  })
}

/**
 * Sums over the examples of a batch, `size` numbers, to `to`.
 * @param sumGroups sums the groups' examples to `partial`, one group after another
 */
export function inGroups(
  backend: SimdBackend,
  { batch, size, to }: { readonly batch: number; readonly size: number; readonly to: number },
  sumGroups: (group: number, partial: number) => void,
): void {
  const group = Math.ceil(batch / mostParts)
  inParts(backend, { parts: Math.ceil(batch / group), size, to }, (partial) => sumGroups(group, partial))
}

function sumWindows(backend: SimdBackend, windows: Windows, group: number, at: Addresses): void {
  const { batch, channels, outChannels, slices, rows, columns } = windows
  const axes = [slices, rows, columns]
  const parameters = [
    ...[at.x, at.dy, at.to, batch, group, ...axes.map(({ size }) => size), channels],
    ...[...axes.map(({ before }) => before), ...axes.map(({ taps }) => taps)],
    ...[...axes.map(({ stride }) => stride), ...axes.map(({ dilation }) => dilation)],
    ...[...axes.map(({ out }) => out), outChannels],
  ]
  const scratch = paddedSize(rows) * paddedSize(columns) * channels * 4 + tileBytes + 256
  const examples = batch % group === 0 ? { count: batch, reads: [0, 1], writes: [2] } : undefined
  backend.pool.dispatch('filterGradient', parameters, Math.ceil(batch / group), 1, scratch, examples)
}

function sumByTap(backend: SimdBackend, windows: Windows, at: Addresses): void {
  const { batch, channels, outChannels, rows, columns } = windows
  const parameters = [
    ...[at.x, at.dy, at.to, batch, channelBlock, rows.size, columns.size, channels],
    ...[rows.before, columns.before, columns.taps, rows.stride, columns.stride],
    ...[rows.dilation, columns.dilation, rows.out, columns.out, outChannels],
  ]
  const items = rows.taps * columns.taps * Math.ceil(channels / channelBlock)
  backend.pool.dispatch('filterGradientByTap', parameters, items, 1, tileBytes + copiedBytes)
}
