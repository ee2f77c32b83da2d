import { addLanes, putLanes } from './lanes'

/*
 * Images resized along both axes by tables: for each row and column of the result the two of the image that it lies
 * between, and how far from the first it is: two i32 and an f32. A nearest neighbour lies at a distance of 0.
 */

const entryBytes: usize = 12

// @ts-ignore: decorator
@inline
function between(a: v128, b: v128, far: v128): v128 {
  return f32x4.add(a, f32x4.mul(f32x4.sub(b, a), far))
}

/** Items: rows of all results. */
export function resize(
  x: usize,
  out: usize,
  rowTable: usize,
  columnTable: usize,
  height: i32,
  width: i32,
  channels: i32,
  rows: i32,
  places: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pixel = (<usize>channels) << 2
  const pitch = <usize>width * pixel
  for (let item = from; item < to; item++) {
    const rowEntry = rowTable + <usize>(item % rows) * entryBytes
    const image = x + <usize>((item / rows) * height) * pitch
    const upper = image + <usize>load<i32>(rowEntry) * pitch
    const lower = image + <usize>load<i32>(rowEntry, 4) * pitch
    const down = load<f32>(rowEntry, 8)
    let target = out + <usize>(item * places) * pixel
    for (let place = 0; place < places; place++) {
      const entry = columnTable + <usize>place * entryBytes
      const left = <usize>load<i32>(entry) * pixel
      const right = <usize>load<i32>(entry, 4) * pixel
      const along = load<f32>(entry, 8)
      if (down == 0 && along == 0) memory.copy(target, upper + left, pixel)
      else {
        for (let c = 0; c < channels; c += 8) {
          const offset = (<usize>c) << 2
          const a = upper + left + offset
          const b = upper + right + offset
          const d = lower + left + offset
          const e = lower + right + offset
          const far = f32x4.splat(along)
          const top = between(v128.load(a), v128.load(b), far)
          const topHigh = between(v128.load(a, 16), v128.load(b, 16), far)
          const bottom = between(v128.load(d), v128.load(e), far)
          const bottomHigh = between(v128.load(d, 16), v128.load(e, 16), far)
          const deep = f32x4.splat(down)
          putLanes(target + offset, between(top, bottom, deep), between(topHigh, bottomHigh, deep), channels - c)
        }
      }
      target += pixel
    }
  }
}

/** The gradient of the images: each number of dy goes to those it came from, by their shares. Items: images. */
export function resizeGradient(
  dy: usize,
  dx: usize,
  rowTable: usize,
  columnTable: usize,
  height: i32,
  width: i32,
  channels: i32,
  rows: i32,
  places: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pixel = (<usize>channels) << 2
  const pitch = <usize>width * pixel
  for (let item = from; item < to; item++) {
    const image = dx + <usize>(item * height) * pitch
    memory.fill(image, 0, <usize>height * pitch)
    let source = dy + <usize>(item * rows * places) * pixel
    for (let row = 0; row < rows; row++) {
      const rowEntry = rowTable + <usize>row * entryBytes
      const upper = image + <usize>load<i32>(rowEntry) * pitch
      const lower = image + <usize>load<i32>(rowEntry, 4) * pitch
      const down = load<f32>(rowEntry, 8)
      for (let place = 0; place < places; place++) {
        const entry = columnTable + <usize>place * entryBytes
        const left = <usize>load<i32>(entry) * pixel
        const right = <usize>load<i32>(entry, 4) * pixel
        const along = load<f32>(entry, 8)
        share(upper + left, source, (1 - down) * (1 - along), channels)
        if (along != 0) share(upper + right, source, (1 - down) * along, channels)
        if (down != 0) share(lower + left, source, down * (1 - along), channels)
        if (down != 0 && along != 0) share(lower + right, source, down * along, channels)
        source += pixel
      }
    }
  }
}

/** to += part · source */
// @ts-ignore: decorator
@inline
function share(to: usize, source: usize, part: f32, channels: i32): void {
  const scale = f32x4.splat(part)
  for (let c = 0; c < channels; c += 8) {
    const offset = (<usize>c) << 2
    const low = f32x4.mul(v128.load(source + offset), scale)
    const high = f32x4.mul(v128.load(source + offset, 16), scale)
    addLanes(to + offset, low, high, channels - c)
  }
}
