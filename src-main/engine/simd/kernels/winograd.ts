import type { SimdBackend } from '../backend.ts'
import { isFlat, type Windows } from './windows.ts'

/** Bytes of transformed tiles that stay in the second cache beside the transformed filter. */
const blockBytes = 512 * 1024
/** Of all transformed tiles of an item: they stay in the third cache. */
const mostTransformedBytes = 6 * 2 ** 20
const points = 36
/** Bytes of a transformed filter that leave the second cache; then so many tiles pass at once, in no fewer blocks. */
const largeFilterBytes = 2 * 2 ** 20
const tilesBesideLarge = 48
const fewestBlocks = 6
/** Below, the transformations cost more than the products save. */
const fewestChannels = 8

/** Whether a convolution and its gradients go by Winograd's algorithm. */
export function winogradFits({ channels, outChannels, slices, rows, columns }: Windows): boolean {
  const square = [rows, columns].every(({ taps, stride, dilation, out }) => {
    return taps === 3 && stride === 1 && dilation === 1 && out > 2
  })
  const fours = channels % 4 === 0 && outChannels % 4 === 0
  return square && isFlat(slices) && fours && Math.min(channels, outChannels) >= fewestChannels
}

export interface WinogradConvolution {
  readonly from: number
  readonly to: number
  readonly images: number
  /** Height, width and channels of what is convolved, and of what comes out. */
  readonly image: readonly [number, number, number]
  readonly places: readonly [number, number, number]
  /** Rows and columns of zeros before the image. */
  readonly padding: readonly [number, number]
  /** Address of the first tap, and bytes from row to row, tap to tap, channel to channel and filter to filter. */
  readonly filter: readonly [number, number, number, number, number]
  readonly bias: number
  readonly relu: boolean
}

export function winogradConvolve(backend: SimdBackend, c: WinogradConvolution): void {
  const [height, width, channels] = c.image
  const [rows, columns, filters] = c.places
  const wide = backend.wide && fitsWide(channels, filters, c.padding)
  const panelWidth = wide ? 16 : 8
  const panels = Math.ceil(filters / panelWidth)
  const packedBytes = points * panels * panelWidth * channels * 4
  const packed = backend.heap.allocate(packedBytes)
  const [first, ...steps] = c.filter
  backend.pool.dispatch(
    'winogradFilter',
    [first, packed, channels, filters, panelWidth, ...steps],
    panels * channels,
    32,
    1024,
  )
  if (wide) {
    convolveWide(backend, c, packed)
    backend.heap.free(packed)
    return
  }
  const total = c.images * tiles(rows, columns)
  const block = 6 * Math.ceil(tilesOfBlock(channels + panels * 8, total) / 6)
  const parameters = [
    c.from,
    packed,
    c.to,
    c.images,
    block,
    height,
    width,
    channels,
    ...c.padding,
    rows,
    columns,
    filters,
  ]
  const scratch = 4096 + points * (4 * (channels + block * (channels + panels * 8)) + 128)
  backend.pool.dispatch(
    'winogradConvolve',
    [...parameters, c.bias, c.relu ? 1 : 0],
    Math.ceil(total / block),
    1,
    scratch,
  )
  backend.heap.free(packed)
}

const fitsWide = (channels: number, filters: number, padding: readonly number[]): boolean =>
  channels % 4 === 0 && filters % 4 === 0 && padding.every((zeros) => zeros >= 0 && zeros <= 2)

function convolveWide(backend: SimdBackend, c: WinogradConvolution, packed: number): void {
  const [height, width, channels] = c.image
  const [rows, columns, filters] = c.places
  const tileColumns = Math.ceil(columns / 4)
  const total = c.images * Math.ceil(rows / 4)
  const numbers = 8 * Math.ceil(channels / 8) + 16 * Math.ceil(filters / 16)
  const inCache = Math.floor(blockBytes / (points * 4 * numbers * tileColumns))
  const fitting = Math.max(1, Math.min(Math.ceil(total / 22), inCache))
  const large = points * channels * 16 * Math.ceil(filters / 16) * 4 > largeFilterBytes
  const strips = large
    ? Math.max(fitting, stripsOfLarge(tileColumns, total))
    : (alignedStrips(fitting, total / c.images, c.images) ?? wholeTiles(fitting))
  const parameters = [c.from, packed, c.to, c.images, strips, height, width, channels, ...c.padding]
  const places = Math.ceil((strips * tileColumns) / 6) * 6
  const scratch =
    4096 +
    Math.max(width * channels, filters) * 4 +
    (tileColumns * 4 + 2) * 192 +
    points * (4 * places * numbers + 128)
  backend.pool.dispatch(
    'winogradConvolveWide',
    [...parameters, rows, columns, filters, c.bias, c.relu ? 1 : 0],
    Math.ceil(total / strips),
    1,
    scratch,
    total % strips === 0 ? { count: c.images, reads: [0], writes: [2] } : undefined,
  )
}

/**
 * The most strips that divide an image, or are whole images that divide the batch: then examples can go on to the next
 * kernel while they are in the cache. @returns undefined where these are much fewer than could be
 */
function alignedStrips(most: number, ofImage: number, images: number): number | undefined {
  for (let strips = most; 2 * strips > most; strips--) {
    const wholes = strips / ofImage
    if (ofImage % strips === 0 || (Number.isInteger(wholes) && images % wholes === 0)) return strips
  }
  return undefined
}

/** Strips that fill tiles of six, if there are so many. */
const wholeTiles = (strips: number): number => (strips >= 3 ? strips - (strips % 3) : strips)

/**
 * Strips of a block beside a filter that leaves the second cache: so many that the filter, which comes from memory for
 * each block, is worth the way, and that they fill tiles of six.
 */
function stripsOfLarge(tileColumns: number, total: number): number {
  const wanted = Math.min(Math.ceil(tilesBesideLarge / tileColumns), Math.ceil(total / fewestBlocks))
  const even = tileColumns % 6 === 0 ? 1 : tileColumns % 3 === 0 ? 2 : tileColumns % 2 === 0 ? 3 : 6
  return Math.ceil(wanted / even) * even
}

/** The gradient of the filter, in parts of `group` images each, to `partial`. */
export function winogradFilterGradient(
  backend: SimdBackend,
  windows: Windows,
  group: number,
  addresses: { readonly x: number; readonly dy: number; readonly partial: number },
): void {
  const { batch: batchSize, channels: inChannels, outChannels, rows, columns } = windows
  const [inHeight, inWidth, outHeight, outWidth] = [rows.size, columns.size, rows.out, columns.out]
  if (backend.wide && fitsWide(inChannels, outChannels, [rows.before, columns.before])) {
    filterGradientWide(backend, windows, group, addresses)
    return
  }
  const available = group * tiles(outHeight, outWidth)
  const block = Math.min(available, tilesOfBlock(inChannels + outChannels, available * 22))
  const { x, dy, partial } = addresses
  const input = [inHeight, inWidth, inChannels, rows.before, columns.before]
  const parameters = [x, dy, partial, batchSize, group, block, ...input, outHeight, outWidth, outChannels]
  const numbers =
    Math.max(inChannels, outChannels) + block * (inChannels + outChannels) + inChannels * outChannels
  const scratch = 4096 + points * (4 * numbers + 128)
  backend.pool.dispatch('winogradFilterGradient', parameters, Math.ceil(batchSize / group), 1, scratch)
}

function filterGradientWide(
  backend: SimdBackend,
  windows: Windows,
  group: number,
  { x, dy, partial }: { readonly x: number; readonly dy: number; readonly partial: number },
): void {
  const { batch: batchSize, channels: inChannels, outChannels, rows, columns } = windows
  const [inHeight, inWidth, outHeight, outWidth] = [rows.size, columns.size, rows.out, columns.out]
  const tileColumns = Math.ceil(outWidth / 4)
  const padded = 16 * Math.ceil(outChannels / 16)
  const available = group * Math.ceil(outHeight / 4)
  const stripBytes = points * 4 * (8 * Math.ceil(inChannels / 8) + padded) * tileColumns
  const { strips, channelBlock } = gradientBlocks(inChannels, padded, available, stripBytes)
  const input = [inHeight, inWidth, inChannels, rows.before, columns.before]
  const blocks = [batchSize, group, strips, channelBlock]
  const parameters = [x, dy, partial, ...blocks, ...input, outHeight, outWidth, outChannels]
  const zeros = Math.max(inWidth * inChannels, outWidth * outChannels) * 4
  const sums = points * 4 * (channelBlock + 4) * padded
  const scratch = 4096 + zeros + (tileColumns * 8 + 2) * 192 + strips * stripBytes + sums + points * 128
  const slices = batchSize % group === 0 ? { count: batchSize, reads: [0, 1], writes: [2] } : undefined
  backend.pool.dispatch(
    'winogradFilterGradientWide',
    parameters,
    Math.ceil(batchSize / group),
    1,
    scratch,
    slices,
  )
}

/**
 * What a thread works on at a time: some strips and all channels, as many as the second cache holds; or, where the sums
 * of all channels would leave it again and again, all strips and some channels.
 */
function gradientBlocks(channels: number, filters: number, available: number, stripBytes: number) {
  const channelBytes = points * 4 * filters
  const most = Math.floor(blockBytes / channelBytes / 12) * 12
  const holdsSums = channels * channelBytes <= 1.5 * blockBytes
  if (!holdsSums && most > 0 && available * stripBytes <= mostTransformedBytes) {
    return { strips: available, channelBlock: most }
  }
  const strips = Math.max(1, Math.min(available, Math.floor(blockBytes / stripBytes)))
  return { strips, channelBlock: channels }
}

const tiles = (rows: number, columns: number): number => Math.ceil(rows / 4) * Math.ceil(columns / 4)

/** @param numbers of one tile at one point */
function tilesOfBlock(numbers: number, available: number): number {
  return Math.max(6, Math.min(96, Math.ceil(available / 22), Math.floor(blockBytes / (points * 4 * numbers))))
}
