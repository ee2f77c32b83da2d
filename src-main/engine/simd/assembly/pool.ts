import { addLanes, putLanes } from './lanes'
import { poolRow, poolRowGradient } from './poolTwo'

/*
 * Pooling of volumes [slices, height, width, channels]; an image is a volume of one slice. Padding never wins, and an
 * average is that of the numbers there are.
 */

/** What a window gives. */
const averages: i32 = 1
/** Windows do not overlap: what one hands back to a number is all that the number gets. */
const apart: i32 = 2

// @ts-ignore: decorator
@inline
function isOfTwo(
  slices: i32,
  rows: i32,
  columns: i32,
  strideRows: i32,
  strideColumns: i32,
  padding: i32,
  channels: i32,
  mode: i32,
): boolean {
  const two = rows == 2 && columns == 2 && strideRows == 2 && strideColumns == 2
  return two && slices == 1 && padding == 0 && channels % 8 == 0 && !(mode & averages)
}

/** Items: output rows of all volumes. */
export function pool(
  x: usize,
  out: usize,
  slices: i32,
  height: i32,
  width: i32,
  channels: i32,
  tapSlices: i32,
  tapRows: i32,
  tapColumns: i32,
  strideSlices: i32,
  strideRows: i32,
  strideColumns: i32,
  front: i32,
  top: i32,
  left: i32,
  outSlices: i32,
  rows: i32,
  places: i32,
  mode: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pixel = (<usize>channels) << 2
  const pitch = <usize>width * pixel
  const slice = <usize>height * pitch
  const inside = rows * 2 <= height && places * 2 <= width
  const padding = front | top | left
  const two = slices == 1 && inside && isOfTwo(tapSlices, tapRows, tapColumns, strideRows, strideColumns, padding, channels, mode)
  const floor: f32 = mode & averages ? 0 : -Infinity
  for (let item = from; item < to; item++) {
    const row = item % rows
    const place0 = out + <usize>(item * places) * pixel
    const at = item / rows
    const volume = x + <usize>((at / outSlices) * slices) * slice
    if (two) {
      poolRow(volume + <usize>(row * 2) * pitch, pitch, pixel, places, place0)
      continue
    }
    const before = (at % outSlices) * strideSlices - front
    const firstSlice = max(0, before)
    const lastSlice = min(slices, before + tapSlices)
    const above = row * strideRows - top
    const firstRow = max(0, above)
    const lastRow = min(height, above + tapRows)
    for (let place = 0; place < places; place++) {
      const ahead = place * strideColumns - left
      const firstColumn = max(0, ahead)
      const columns = min(width, ahead + tapColumns) - firstColumn
      const share = <f32>1 / <f32>((lastSlice - firstSlice) * (lastRow - firstRow) * columns)
      const target = place0 + <usize>place * pixel
      for (let c = 0; c < channels; c += 8) {
        const offset = (<usize>c) << 2
        let low = f32x4.splat(floor)
        let high = low
        for (let s = firstSlice; s < lastSlice; s++) {
          for (let r = firstRow; r < lastRow; r++) {
            let own = volume + <usize>s * slice + <usize>r * pitch + <usize>firstColumn * pixel + offset
            if (mode & averages) {
              for (let n = columns; n > 0; n--) {
                low = f32x4.add(low, v128.load(own))
                high = f32x4.add(high, v128.load(own, 16))
                own += pixel
              }
            } else {
              for (let n = columns; n > 0; n--) {
                low = f32x4.pmax(low, v128.load(own))
                high = f32x4.pmax(high, v128.load(own, 16))
                own += pixel
              }
            }
          }
        }
        if (mode & averages) {
          low = f32x4.mul(low, f32x4.splat(share))
          high = f32x4.mul(high, f32x4.splat(share))
        }
        putLanes(target + offset, low, high, channels - c)
      }
    }
  }
}

/**
 * Each window hands its gradient to its greatest number, to the first of several; or, of an average, an equal part to
 * each. Items: volumes.
 */
export function poolGradient(
  dy: usize,
  x: usize,
  dx: usize,
  slices: i32,
  height: i32,
  width: i32,
  channels: i32,
  tapSlices: i32,
  tapRows: i32,
  tapColumns: i32,
  strideSlices: i32,
  strideRows: i32,
  strideColumns: i32,
  front: i32,
  top: i32,
  left: i32,
  outSlices: i32,
  rows: i32,
  places: i32,
  mode: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pixel = (<usize>channels) << 2
  const pitch = <usize>width * pixel
  const volumeBytes = <usize>(slices * height) * pitch
  const inside = rows * 2 <= height && places * 2 <= width
  const padding = front | top | left
  const two = slices == 1 && inside && isOfTwo(tapSlices, tapRows, tapColumns, strideRows, strideColumns, padding, channels, mode)
  const tiled = outSlices * tapSlices == slices && rows * tapRows == height && places * tapColumns == width
  // Windows that begin in padding may leave out what lies at the far end.
  const covered = tiled && padding == 0
  // Elsewhere numbers are added to what is there.
  const written = covered && (mode & apart) != 0 && (two || (mode & averages) != 0)
  for (let item = from; item < to; item++) {
    const offset = <usize>item * volumeBytes
    const spread = dx + offset
    let source = dy + <usize>(item * outSlices * rows * places) * pixel
    if (!written) memory.fill(spread, 0, volumeBytes)
    for (let s = 0; s < outSlices; s++) {
      const before = s * strideSlices - front
      const firstSlice = max(0, before)
      const lastSlice = min(slices, before + tapSlices)
      for (let row = 0; row < rows; row++) {
        if (two) {
          const start = offset + <usize>(row * 2) * pitch
          poolRowGradient(source, x + start, dx + start, pitch, pixel, places)
          source += <usize>places * pixel
          continue
        }
        const above = row * strideRows - top
        const firstRow = max(0, above)
        const lastRow = min(height, above + tapRows)
        for (let place = 0; place < places; place++) {
          const ahead = place * strideColumns - left
          const firstColumn = max(0, ahead)
          const lastColumn = min(width, ahead + tapColumns)
          for (let c = 0; c < channels; c += 8) {
            const lane = (<usize>c) << 2
            if (mode & averages) {
              spreadAverage(spread + lane, height, width, pixel, source + lane, firstSlice, lastSlice, firstRow, lastRow, firstColumn, lastColumn, channels - c, mode)
            } else {
              spreadGreatest(x + offset + lane, spread + lane, height, width, pixel, source + lane, firstSlice, lastSlice, firstRow, lastRow, firstColumn, lastColumn, channels - c)
            }
          }
          source += pixel
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function spreadAverage(
  spread: usize,
  height: i32,
  width: i32,
  pixel: usize,
  source: usize,
  firstSlice: i32,
  lastSlice: i32,
  firstRow: i32,
  lastRow: i32,
  firstColumn: i32,
  lastColumn: i32,
  lanes: i32,
  mode: i32,
): void {
  const columns = lastColumn - firstColumn
  const share = f32x4.splat(<f32>1 / <f32>((lastSlice - firstSlice) * (lastRow - firstRow) * columns))
  const low = f32x4.mul(v128.load(source), share)
  const high = f32x4.mul(v128.load(source, 16), share)
  for (let s = firstSlice; s < lastSlice; s++) {
    for (let r = firstRow; r < lastRow; r++) {
      let to = spread + <usize>((s * height + r) * width + firstColumn) * pixel
      for (let n = columns; n > 0; n--) {
        if (mode & apart) putLanes(to, low, high, lanes)
        else addLanes(to, low, high, lanes)
        to += pixel
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function spreadGreatest(
  volume: usize,
  spread: usize,
  height: i32,
  width: i32,
  pixel: usize,
  source: usize,
  firstSlice: i32,
  lastSlice: i32,
  firstRow: i32,
  lastRow: i32,
  firstColumn: i32,
  lastColumn: i32,
  lanes: i32,
): void {
  let best = f32x4.splat(-Infinity)
  let bestHigh = best
  let bestAt = i32x4.splat((firstSlice * height + firstRow) * width + firstColumn)
  let bestAtHigh = bestAt
  for (let s = firstSlice; s < lastSlice; s++) {
    for (let r = firstRow; r < lastRow; r++) {
      for (let column = firstColumn; column < lastColumn; column++) {
        const at = (s * height + r) * width + column
        const own = volume + <usize>at * pixel
        const value = v128.load(own)
        const valueHigh = v128.load(own, 16)
        const greater = f32x4.gt(value, best)
        const greaterHigh = f32x4.gt(valueHigh, bestHigh)
        best = v128.bitselect(value, best, greater)
        bestHigh = v128.bitselect(valueHigh, bestHigh, greaterHigh)
        bestAt = v128.bitselect(i32x4.splat(at), bestAt, greater)
        bestAtHigh = v128.bitselect(i32x4.splat(at), bestAtHigh, greaterHigh)
      }
    }
  }
  const gradient = v128.load(source)
  const gradientHigh = v128.load(source, 16)
  for (let s = firstSlice; s < lastSlice; s++) {
    for (let r = firstRow; r < lastRow; r++) {
      for (let column = firstColumn; column < lastColumn; column++) {
        const at = (s * height + r) * width + column
        const own = i32x4.splat(at)
        const low = v128.and(gradient, i32x4.eq(bestAt, own))
        const high = v128.and(gradientHigh, i32x4.eq(bestAtHigh, own))
        addLanes(spread + <usize>at * pixel, low, high, lanes)
      }
    }
  }
}
