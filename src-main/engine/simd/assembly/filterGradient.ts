import { placeImage } from './convolution'
import { outerColumns, outerRoom, outerTile } from './gradient'
import { put } from './simd'

/** Bytes of image and gradient that a block of rows may take: they stay in the first cache. */
const blockBytes: usize = 36 << 10
/** Places that a block has at least, or adding its sums to the others would take longer than they do. */
const leastPlaces: i32 = 64

/**
 * The gradient of a filter [tapSlices, tapRows, tapColumns, channels, filters] of volumes (an image has one slice),
 * summed over the volumes of one item and written to the item's own part of `partial`. Items: groups of `group` volumes.
 */
export function filterGradient(
  x: usize,
  dy: usize,
  partial: usize,
  volumes: i32,
  group: i32,
  slices: i32,
  height: i32,
  width: i32,
  channels: i32,
  front: i32,
  top: i32,
  left: i32,
  tapSlices: i32,
  tapRows: i32,
  tapColumns: i32,
  strideSlices: i32,
  strideRows: i32,
  strideColumns: i32,
  dilationSlices: i32,
  dilationRows: i32,
  dilationColumns: i32,
  outSlices: i32,
  rows: i32,
  places: i32,
  filters: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  let padded = scratch + outerRoom
  const paddedRows = (rows - 1) * strideRows + (tapRows - 1) * dilationRows + 1
  const paddedWidth = (places - 1) * strideColumns + (tapColumns - 1) * dilationColumns + 1
  const pixel = (<usize>channels) << 2
  const sliceBytes = <usize>(height * width) * pixel
  const pitch = <usize>paddedWidth * pixel
  const whole = top == 0 && left == 0 && paddedRows <= height && paddedWidth == width
  if (!whole) memory.fill(padded, 0, <usize>paddedRows * pitch)
  // Taps of a row are one run of channels, unless they are dilated.
  const pieces = dilationColumns == 1 ? 1 : tapColumns
  const run = dilationColumns == 1 ? tapColumns * channels : channels
  const outPitch = (<usize>filters) << 2
  const dyRow = <usize>places * outPitch
  const aStep = <usize>strideColumns * pixel
  const aJump = <usize>strideRows * pitch - <usize>places * aStep
  const tapSliceBytes = <usize>(tapRows * tapColumns * channels) * outPitch
  const size = <usize>tapSlices * tapSliceBytes
  const fitting = <i32>(blockBytes / (<usize>strideRows * pitch + dyRow))
  const blockRows = max(fitting, (leastPlaces + places - 1) / places)
  for (let item = from; item < to; item++) {
    const begin = item * group * outSlices
    const last = min(volumes, (item + 1) * group) * outSlices
    // Not every slice of taps meets a slice of the first volume at its first place.
    if (tapSlices > 1 || front > 0) memory.fill(partial + <usize>item * size, 0, size)
    for (let at = begin; at < last; at++) {
      for (let tapSlice = 0; tapSlice < tapSlices; tapSlice++) {
        const slice = (at % outSlices) * strideSlices + tapSlice * dilationSlices - front
        if (slice < 0 || slice >= slices) continue
        const target = partial + <usize>item * size + <usize>tapSlice * tapSliceBytes
        const source = x + <usize>((at / outSlices) * slices + slice) * sliceBytes
        if (whole) padded = source
        else placeImage(source, padded, height, width, channels, top, left, paddedRows, paddedWidth)
        const gradient = dy + <usize>(at * rows) * dyRow
        for (let row = 0; row < rows; row += blockRows) {
          const count = min(blockRows, rows - row)
          const fresh = tapSlices == 1 && front <= 0 && at == begin && row == 0
          const b = gradient + <usize>row * dyRow
          for (let tap = 0; tap < tapRows * pieces; tap++) {
            const tapRow = row * strideRows + (tap / pieces) * dilationRows
            const a = padded + <usize>tapRow * pitch + <usize>((tap % pieces) * dilationColumns) * pixel
            for (let k = 0; k < run; k += 6) {
              for (let filter = 0; filter < filters; filter += outerColumns) {
                outerTile(
                  a + ((<usize>k) << 2),
                  aStep,
                  aJump,
                  b + ((<usize>filter) << 2),
                  outPitch,
                  0,
                  count,
                  places,
                  target + <usize>(tap * run + k) * outPitch + ((<usize>filter) << 2),
                  outPitch,
                  run - k,
                  filters - filter,
                  fresh,
                  false,
                  scratch,
                )
              }
            }
          }
        }
      }
    }
  }
}

/** Pairs of a place and its gradient that are copied and summed at once, at most. */
const mostPairs: i32 = 512

/** Copies `bytes` of each place that a tap meets, of `images` images, to rows `pitch` apart. */
function gather(
  from: usize,
  imageBytes: usize,
  rowBytes: usize,
  step: usize,
  images: i32,
  rows: i32,
  places: i32,
  to: usize,
  pitch: usize,
  bytes: usize,
): void {
  for (let image = 0; image < images; image++) {
    let start = from + <usize>image * imageBytes
    for (let row = 0; row < rows; row++) {
      let at = start
      for (let place = 0; place < places; place++) {
        for (let c: usize = 0; c < bytes; c += 32) put(to + c, v128.load(at + c), v128.load(at + c, 16))
        to += pitch
        at += step
      }
      start += rowBytes
    }
  }
}

/**
 * The same of images of few places and filters of many channels: each item has its part of the filter to itself and sums
 * it over all images, leaving out what meets padding. Items: taps × blocks of `block` channels, a
 * multiple of eight, the block changing fastest.
 */
export function filterGradientByTap(
  x: usize,
  dy: usize,
  out: usize,
  images: i32,
  block: i32,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  tapColumns: i32,
  strideRows: i32,
  strideColumns: i32,
  dilationRows: i32,
  dilationColumns: i32,
  rows: i32,
  places: i32,
  filters: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pixel = (<usize>channels) << 2
  const imageBytes = <usize>(height * width) * pixel
  const outPixel = (<usize>filters) << 2
  const outImageBytes = <usize>(rows * places) * outPixel
  const blocks = (channels + block - 1) / block
  const aPitch = (<usize>block) << 2
  const lefts = scratch + outerRoom
  const right = lefts + <usize>mostPairs * aPitch
  for (let item = from; item < to; item++) {
    const tap = item / blocks
    const channel = (item % blocks) * block
    const count = min(block, channels - channel)
    const above = (tap / tapColumns) * dilationRows - top
    const ahead = (tap % tapColumns) * dilationColumns - left
    const firstRow = max(0, (strideRows - 1 - above) / strideRows)
    const lastRow = min(rows, ceilDivide(height - above, strideRows))
    const firstPlace = max(0, (strideColumns - 1 - ahead) / strideColumns)
    const lastPlace = min(places, ceilDivide(width - ahead, strideColumns))
    const target = out + <usize>(tap * channels + channel) * outPixel
    const valid = lastPlace - firstPlace
    if (valid <= 0 || lastRow <= firstRow) {
      memory.fill(target, 0, <usize>count * outPixel)
      continue
    }
    const pairs = valid * (lastRow - firstRow)
    const imageBlock = max(1, mostPairs / pairs)
    const column = firstPlace * strideColumns + ahead
    const start = x + <usize>((firstRow * strideRows + above) * width + column) * pixel + ((<usize>channel) << 2)
    const gradient = dy + <usize>(firstRow * places + firstPlace) * outPixel
    for (let image = 0; image < images; image += imageBlock) {
      const number = min(imageBlock, images - image)
      const a = start + <usize>image * imageBytes
      const rowBytes = <usize>(strideRows * width) * pixel
      gather(a, imageBytes, rowBytes, <usize>strideColumns * pixel, number, lastRow - firstRow, valid, lefts, aPitch, (<usize>((count + 7) & ~7)) << 2)
      for (let filter = 0; filter < filters; filter += outerColumns) {
        const b = gradient + <usize>image * outImageBytes + ((<usize>filter) << 2)
        gather(b, outImageBytes, <usize>places * outPixel, outPixel, number, lastRow - firstRow, valid, right, outerColumns * 4, outerColumns * 4)
        for (let k = 0; k < count; k += 6) {
          outerTile(
            lefts + ((<usize>k) << 2),
            aPitch,
            0,
            right,
            outerColumns * 4,
            0,
            1,
            number * pairs,
            target + <usize>k * outPixel + ((<usize>filter) << 2),
            outPixel,
            count - k,
            filters - filter,
            image == 0,
            false,
            scratch,
          )
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function ceilDivide(a: i32, b: i32): i32 {
  return a <= 0 ? 0 : (a + b - 1) / b
}
