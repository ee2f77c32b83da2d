import { poolRow, poolRowGradient } from './poolTwo'

/* Max pooling of images [height, width, channels]; padding never wins. */

// @ts-ignore: decorator
@inline
function isOfTwo(rows: i32, columns: i32, strideRows: i32, strideColumns: i32, padding: i32, channels: i32): boolean {
  return rows == 2 && columns == 2 && strideRows == 2 && strideColumns == 2 && padding == 0 && channels % 8 == 0
}


/** Items: output rows of all images. */
export function maxPool(
  x: usize,
  out: usize,
  height: i32,
  width: i32,
  channels: i32,
  filterRows: i32,
  filterColumns: i32,
  strideRows: i32,
  strideColumns: i32,
  top: i32,
  left: i32,
  rows: i32,
  places: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pixel = (<usize>channels) << 2
  const pitch = <usize>width * pixel
  const inside = rows * 2 <= height && places * 2 <= width
  if (inside && isOfTwo(filterRows, filterColumns, strideRows, strideColumns, top | left, channels)) {
    for (let item = from; item < to; item++) {
      const image = x + <usize>((item / rows) * height) * pitch
      const target = out + <usize>(item * places) * pixel
      poolRow(image + <usize>((item % rows) * 2) * pitch, pitch, pixel, places, target)
    }
    return
  }
  const wide = channels & ~3
  for (let item = from; item < to; item++) {
    const image = x + <usize>((item / rows) * height * width) * pixel
    const above = (item % rows) * strideRows - top
    const firstRow = max(0, above)
    const lastRow = min(height, above + filterRows)
    for (let place = 0; place < places; place++) {
      const before = place * strideColumns - left
      const firstColumn = max(0, before)
      const lastColumn = min(width, before + filterColumns)
      const target = out + <usize>(item * places + place) * pixel
      for (let c = 0; c < wide; c += 4) {
        const offset = (<usize>c) << 2
        let best = f32x4.splat(-Infinity)
        for (let row = firstRow; row < lastRow; row++) {
          for (let column = firstColumn; column < lastColumn; column++) {
            best = f32x4.pmax(best, v128.load(image + <usize>(row * width + column) * pixel + offset))
          }
        }
        v128.store(target + offset, best)
      }
      for (let c = wide; c < channels; c++) {
        const offset = (<usize>c) << 2
        let best: f32 = -Infinity
        for (let row = firstRow; row < lastRow; row++) {
          for (let column = firstColumn; column < lastColumn; column++) {
            const value = load<f32>(image + <usize>(row * width + column) * pixel + offset)
            if (value > best) best = value
          }
        }
        store<f32>(target + offset, best)
      }
    }
  }
}

/** Each window hands its gradient to its greatest number, to the first of several. Items: images. */
export function maxPoolGradient(
  dy: usize,
  x: usize,
  dx: usize,
  height: i32,
  width: i32,
  channels: i32,
  filterRows: i32,
  filterColumns: i32,
  strideRows: i32,
  strideColumns: i32,
  top: i32,
  left: i32,
  rows: i32,
  places: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pixel = (<usize>channels) << 2
  const imageBytes = <usize>(height * width) * pixel
  const pitch = <usize>width * pixel
  const inside = rows * 2 <= height && places * 2 <= width
  if (inside && isOfTwo(filterRows, filterColumns, strideRows, strideColumns, top | left, channels)) {
    for (let item = from; item < to; item++) {
      const offset = <usize>item * imageBytes
      const source = dy + <usize>(item * rows * places) * pixel
      if (rows * 2 < height || places * 2 < width) memory.fill(dx + offset, 0, imageBytes)
      for (let row = 0; row < rows; row++) {
        const start = offset + <usize>(row * 2) * pitch
        poolRowGradient(source + <usize>(row * places) * pixel, x + start, dx + start, pitch, pixel, places)
      }
    }
    return
  }
  const wide = channels & ~3
  for (let item = from; item < to; item++) {
    const image = x + <usize>item * imageBytes
    const spread = dx + <usize>item * imageBytes
    memory.fill(spread, 0, imageBytes)
    for (let row = 0; row < rows; row++) {
      const above = row * strideRows - top
      const firstRow = max(0, above)
      const lastRow = min(height, above + filterRows)
      for (let place = 0; place < places; place++) {
        const before = place * strideColumns - left
        const firstColumn = max(0, before)
        const lastColumn = min(width, before + filterColumns)
        const source = dy + <usize>((item * rows + row) * places + place) * pixel
        for (let c = 0; c < channels; c += 4) {
          const offset = (<usize>c) << 2
          if (c < wide) spreadVector(image, spread, width, pixel, offset, source, firstRow, lastRow, firstColumn, lastColumn)
          else {
            for (let s = offset; s < pixel; s += 4) {
              spreadSingle(image, spread, width, pixel, s, source, firstRow, lastRow, firstColumn, lastColumn)
            }
          }
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function spreadVector(
  image: usize,
  spread: usize,
  width: i32,
  pixel: usize,
  offset: usize,
  source: usize,
  firstRow: i32,
  lastRow: i32,
  firstColumn: i32,
  lastColumn: i32,
): void {
  let best = f32x4.splat(-Infinity)
  let bestAt = i32x4.splat(0)
  for (let row = firstRow; row < lastRow; row++) {
    for (let column = firstColumn; column < lastColumn; column++) {
      const at = row * width + column
      const value = v128.load(image + <usize>at * pixel + offset)
      const greater = f32x4.gt(value, best)
      best = v128.bitselect(value, best, greater)
      bestAt = v128.bitselect(i32x4.splat(at), bestAt, greater)
    }
  }
  const gradient = v128.load(source + offset)
  for (let row = firstRow; row < lastRow; row++) {
    for (let column = firstColumn; column < lastColumn; column++) {
      const at = row * width + column
      const target = spread + <usize>at * pixel + offset
      const own = v128.and(gradient, i32x4.eq(bestAt, i32x4.splat(at)))
      v128.store(target, f32x4.add(v128.load(target), own))
    }
  }
}

function spreadSingle(
  image: usize,
  spread: usize,
  width: i32,
  pixel: usize,
  offset: usize,
  source: usize,
  firstRow: i32,
  lastRow: i32,
  firstColumn: i32,
  lastColumn: i32,
): void {
  let best: f32 = -Infinity
  let bestAt = firstRow * width + firstColumn
  for (let row = firstRow; row < lastRow; row++) {
    for (let column = firstColumn; column < lastColumn; column++) {
      const at = row * width + column
      const value = load<f32>(image + <usize>at * pixel + offset)
      if (value > best) {
        best = value
        bestAt = at
      }
    }
  }
  const target = spread + <usize>bestAt * pixel + offset
  store<f32>(target, load<f32>(target) + load<f32>(source + offset))
}
