import { outerColumns, outerTile } from './gradient'
import { madd } from './simd'

/*
 * Convolutions with filters of 3×3 and stride 1 by Winograd's F(4×4, 3×3) (Lavin and Gray 2016, "Fast Algorithms for
 * Convolutional Neural Networks"): each tile of 4×4 outputs takes 36 products instead of 144. A tile of 6×6 inputs and
 * the filter are transformed, each of the 36 points is one matrix product over channels, and the result is transformed
 * back. Blocks of tiles are so small that all that lies between stays in the second cache. Channels and filters come in
 * fours.
 */

const points: i32 = 36
/** Apart from its size, so that the points of one tile do not fall into one set of the cache. */
const stagger: usize = 64

/** Bytes from point to point of a block of `tiles` tiles with `width` numbers each. */
// @ts-ignore: decorator
@inline
function pointBytes(tiles: i32, width: i32): usize {
  return ((<usize>(tiles * width)) << 2) + stagger
}

// @ts-ignore: decorator
@inline
function times(value: v128, by: f32): v128 {
  return f32x4.mul(value, f32x4.splat(by))
}

// @ts-ignore: decorator
@inline
function plus(by: f32, value: v128, other: v128): v128 {
  return madd(f32x4.splat(by), value, other)
}

/** Six inputs to six points: 6 numbers `step` apart from `at`, to six places `outStep` apart. */
// @ts-ignore: decorator
@inline
function inputLine(at: usize, step: usize, out: usize, outStep: usize): void {
  const d0 = v128.load(at)
  const d1 = v128.load(at + step)
  const d2 = v128.load(at + 2 * step)
  const d3 = v128.load(at + 3 * step)
  const d4 = v128.load(at + 4 * step)
  const d5 = v128.load(at + 5 * step)
  const even = plus(-4, d2, d4)
  const odd = plus(-4, d1, d3)
  const c = f32x4.sub(d4, d2)
  const e = f32x4.sub(d3, d1)
  v128.store(out, plus(4, d0, plus(-5, d2, d4)))
  v128.store(out + outStep, f32x4.add(even, odd))
  v128.store(out + 2 * outStep, f32x4.sub(even, odd))
  v128.store(out + 3 * outStep, plus(2, e, c))
  v128.store(out + 4 * outStep, plus(-2, e, c))
  v128.store(out + 5 * outStep, plus(4, d1, plus(-5, d3, d5)))
}

/** Six points to four outputs. */
// @ts-ignore: decorator
@inline
function outputLine(at: usize, step: usize, out: usize, outStep: usize): void {
  const m0 = v128.load(at)
  const m1 = v128.load(at + step)
  const m2 = v128.load(at + 2 * step)
  const m3 = v128.load(at + 3 * step)
  const m4 = v128.load(at + 4 * step)
  const m5 = v128.load(at + 5 * step)
  const p = f32x4.add(m1, m2)
  const q = f32x4.sub(m1, m2)
  const r = f32x4.add(m3, m4)
  const s = f32x4.sub(m3, m4)
  v128.store(out, f32x4.add(f32x4.add(m0, p), r))
  v128.store(out + outStep, plus(2, s, q))
  v128.store(out + 2 * outStep, plus(4, r, p))
  v128.store(out + 3 * outStep, f32x4.add(plus(8, s, q), m5))
}

/** Three numbers of a filter to six points. */
// @ts-ignore: decorator
@inline
function filterLine(at: usize, step: usize, out: usize, outStep: usize): void {
  const g0 = v128.load(at)
  const g1 = v128.load(at + step)
  const g2 = v128.load(at + 2 * step)
  const sum = f32x4.add(g0, g2)
  const wide = plus(4, g2, g0)
  v128.store(out, times(g0, 0.25))
  v128.store(out + outStep, times(f32x4.add(sum, g1), <f32>(-1.0 / 6)))
  v128.store(out + 2 * outStep, times(f32x4.sub(sum, g1), <f32>(-1.0 / 6)))
  v128.store(out + 3 * outStep, times(plus(2, g1, wide), <f32>(1.0 / 24)))
  v128.store(out + 4 * outStep, times(plus(-2, g1, wide), <f32>(1.0 / 24)))
  v128.store(out + 5 * outStep, g2)
}

/** Four gradients of outputs to six points, as a filter of four. */
// @ts-ignore: decorator
@inline
function gradientLine(at: usize, step: usize, out: usize, outStep: usize): void {
  const g0 = v128.load(at)
  const g1 = v128.load(at + step)
  const g2 = v128.load(at + 2 * step)
  const g3 = v128.load(at + 3 * step)
  const even = f32x4.add(g0, g2)
  const odd = f32x4.add(g1, g3)
  const evenWide = plus(4, g2, g0)
  const oddWide = plus(4, g3, g1)
  v128.store(out, times(g0, 0.25))
  v128.store(out + outStep, times(f32x4.add(even, odd), <f32>(-1.0 / 6)))
  v128.store(out + 2 * outStep, times(f32x4.sub(even, odd), <f32>(-1.0 / 6)))
  v128.store(out + 3 * outStep, times(plus(2, oddWide, evenWide), <f32>(1.0 / 24)))
  v128.store(out + 4 * outStep, times(plus(-2, oddWide, evenWide), <f32>(1.0 / 24)))
  v128.store(out + 5 * outStep, g3)
}

/** Six points to the three numbers of a filter's gradient. */
// @ts-ignore: decorator
@inline
function filterGradientLine(at: usize, step: usize, out: usize, outStep: usize): void {
  const m0 = v128.load(at)
  const m1 = v128.load(at + step)
  const m2 = v128.load(at + 2 * step)
  const m3 = v128.load(at + 3 * step)
  const m4 = v128.load(at + 4 * step)
  const m5 = v128.load(at + 5 * step)
  const p = f32x4.add(m1, m2)
  const r = f32x4.add(m3, m4)
  v128.store(out, f32x4.add(f32x4.add(m0, p), r))
  v128.store(out + outStep, plus(2, f32x4.sub(m3, m4), f32x4.sub(m1, m2)))
  v128.store(out + 2 * outStep, f32x4.add(plus(4, r, p), m5))
}

/**
 * A filter to its 36 points, each packed as panels of `columns` filters, 8 or 16: [point, panel, channel, columns]. The
 * taps lie rowStep and tapStep apart, channels and filters channelStep and filterStep. Items: panels × channels, the
 * channel changing fastest.
 */
export function winogradFilter(
  source: usize,
  packed: usize,
  channels: i32,
  filters: i32,
  columns: i32,
  rowStep: i32,
  tapStep: i32,
  channelStep: i32,
  filterStep: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const panels = (filters + columns - 1) / columns
  const pointStep = (<usize>(panels * channels * columns)) << 2
  const taps = scratch
  const half = scratch + 256
  for (let item = from; item < to; item++) {
    const panel = item / channels
    const c = item % channels
    const target = packed + ((<usize>(item * columns)) << 2)
    for (let part = 0; part < columns; part += 4) {
      const first = panel * columns + part
      if (first >= filters) {
        for (let point = 0; point < points; point++) {
          v128.store(target + <usize>point * pointStep + ((<usize>part) << 2), f32x4.splat(0))
        }
        continue
      }
      const start = source + <usize>(c * channelStep + first * filterStep)
      for (let tap = 0; tap < 9; tap++) {
        const at = start + <usize>((tap / 3) * rowStep + (tap % 3) * tapStep)
        const own = taps + ((<usize>tap) << 4)
        if (filterStep == 4) {
          v128.store(own, v128.load(at))
          continue
        }
        store<f32>(own, load<f32>(at))
        store<f32>(own, load<f32>(at + <usize>filterStep), 4)
        store<f32>(own, load<f32>(at + <usize>(2 * filterStep)), 8)
        store<f32>(own, load<f32>(at + <usize>(3 * filterStep)), 12)
      }
      // Columns first: three of three numbers each to [6, 3], then its six rows to [6, 6].
      for (let column: usize = 0; column < 3; column++) {
        filterLine(taps + (column << 4), 48, half + (column << 4), 48)
      }
      for (let row: usize = 0; row < 6; row++) {
        filterLine(half + row * 48, 16, target + row * 6 * pointStep + ((<usize>part) << 2), pointStep)
      }
    }
  }
}

/** Copies the pixels of a window of rows × columns at (top, left) of an image, and zeros where it reaches beyond. */
function copyWindow(
  image: usize,
  height: i32,
  width: i32,
  pixel: usize,
  top: i32,
  left: i32,
  rows: i32,
  columns: i32,
  out: usize,
): void {
  const first = max(0, -left)
  const last = max(first, min(columns, width - left))
  for (let row = 0; row < rows; row++) {
    const y = top + row
    const inside = y >= 0 && y < height
    const start = out + <usize>(inside ? first : columns) * pixel
    const stop = out + <usize>(inside ? last : columns) * pixel
    const end = out + <usize>columns * pixel
    for (; out < start; out += 16) v128.store(out, f32x4.splat(0))
    let from = image + <usize>(y * width + left + first) * pixel
    for (; out < stop; out += 16) {
      v128.store(out, v128.load(from))
      from += 16
    }
    for (; out < end; out += 16) v128.store(out, f32x4.splat(0))
  }
}

/**
 * For each point: the block's tiles [tiles / 6, channels / 4, 6, 4] times the point's panels, to [tiles / 6, panels, 6, 8].
 */
function products(
  a: usize,
  b: usize,
  out: usize,
  blocks: i32,
  quads: i32,
  outStep: usize,
): void {
  for (let block = 0; block < blocks; block++) {
    const zero = f32x4.splat(0)
    let c00 = zero
    let c01 = zero
    let c10 = zero
    let c11 = zero
    let c20 = zero
    let c21 = zero
    let c30 = zero
    let c31 = zero
    let c40 = zero
    let c41 = zero
    let c50 = zero
    let c51 = zero
    let panel = b
    for (let q = quads; q > 0; q--) {
      let b0 = v128.load(panel, 0)
      let b1 = v128.load(panel, 16)
      let v = v128.load32_splat(a, 0)
      c00 = madd(v, b0, c00)
      c01 = madd(v, b1, c01)
      v = v128.load32_splat(a, 16)
      c10 = madd(v, b0, c10)
      c11 = madd(v, b1, c11)
      v = v128.load32_splat(a, 32)
      c20 = madd(v, b0, c20)
      c21 = madd(v, b1, c21)
      v = v128.load32_splat(a, 48)
      c30 = madd(v, b0, c30)
      c31 = madd(v, b1, c31)
      v = v128.load32_splat(a, 64)
      c40 = madd(v, b0, c40)
      c41 = madd(v, b1, c41)
      v = v128.load32_splat(a, 80)
      c50 = madd(v, b0, c50)
      c51 = madd(v, b1, c51)
      b0 = v128.load(panel, 32)
      b1 = v128.load(panel, 48)
      v = v128.load32_splat(a, 4)
      c00 = madd(v, b0, c00)
      c01 = madd(v, b1, c01)
      v = v128.load32_splat(a, 20)
      c10 = madd(v, b0, c10)
      c11 = madd(v, b1, c11)
      v = v128.load32_splat(a, 36)
      c20 = madd(v, b0, c20)
      c21 = madd(v, b1, c21)
      v = v128.load32_splat(a, 52)
      c30 = madd(v, b0, c30)
      c31 = madd(v, b1, c31)
      v = v128.load32_splat(a, 68)
      c40 = madd(v, b0, c40)
      c41 = madd(v, b1, c41)
      v = v128.load32_splat(a, 84)
      c50 = madd(v, b0, c50)
      c51 = madd(v, b1, c51)
      b0 = v128.load(panel, 64)
      b1 = v128.load(panel, 80)
      v = v128.load32_splat(a, 8)
      c00 = madd(v, b0, c00)
      c01 = madd(v, b1, c01)
      v = v128.load32_splat(a, 24)
      c10 = madd(v, b0, c10)
      c11 = madd(v, b1, c11)
      v = v128.load32_splat(a, 40)
      c20 = madd(v, b0, c20)
      c21 = madd(v, b1, c21)
      v = v128.load32_splat(a, 56)
      c30 = madd(v, b0, c30)
      c31 = madd(v, b1, c31)
      v = v128.load32_splat(a, 72)
      c40 = madd(v, b0, c40)
      c41 = madd(v, b1, c41)
      v = v128.load32_splat(a, 88)
      c50 = madd(v, b0, c50)
      c51 = madd(v, b1, c51)
      b0 = v128.load(panel, 96)
      b1 = v128.load(panel, 112)
      v = v128.load32_splat(a, 12)
      c00 = madd(v, b0, c00)
      c01 = madd(v, b1, c01)
      v = v128.load32_splat(a, 28)
      c10 = madd(v, b0, c10)
      c11 = madd(v, b1, c11)
      v = v128.load32_splat(a, 44)
      c20 = madd(v, b0, c20)
      c21 = madd(v, b1, c21)
      v = v128.load32_splat(a, 60)
      c30 = madd(v, b0, c30)
      c31 = madd(v, b1, c31)
      v = v128.load32_splat(a, 76)
      c40 = madd(v, b0, c40)
      c41 = madd(v, b1, c41)
      v = v128.load32_splat(a, 92)
      c50 = madd(v, b0, c50)
      c51 = madd(v, b1, c51)
      a += 96
      panel += 128
    }
    v128.store(out, c00)
    v128.store(out, c01, 16)
    v128.store(out, c10, 32)
    v128.store(out, c11, 48)
    v128.store(out, c20, 64)
    v128.store(out, c21, 80)
    v128.store(out, c30, 96)
    v128.store(out, c31, 112)
    v128.store(out, c40, 128)
    v128.store(out, c41, 144)
    v128.store(out, c50, 160)
    v128.store(out, c51, 176)
    out += outStep
  }
}

/**
 * y = x convolved with a filter packed by `winogradFilter`, `top` and `left` zeros before the image, and bias and ReLU as
 * the tile kernels have them. Items: blocks of `block` tiles of 4×4 outputs, a multiple of six.
 */
export function winogradConvolve(
  x: usize,
  packed: usize,
  out: usize,
  images: i32,
  block: i32,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  rows: i32,
  places: i32,
  filters: i32,
  bias: usize,
  relu: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const tileRows = (rows + 3) >> 2
  const tileColumns = (places + 3) >> 2
  const perImage = tileRows * tileColumns
  const total = perImage * images
  const pixel = (<usize>channels) << 2
  const outPixel = (<usize>filters) << 2
  const panels = (filters + 7) >> 3
  const quads = channels >> 2
  const pointStep = pointBytes(block, channels)
  const outPointStep = pointBytes(block, panels * 8)
  const half = scratch
  const window = scratch + 1024
  const transformed = window + 36 * pixel
  const multiplied = transformed + <usize>points * pointStep
  const floor = f32x4.splat(relu ? 0 : -Infinity)
  for (let item = from; item < to; item++) {
    const first = item * block
    const count = min(block, total - first)
    for (let t = 0; t < count; t++) {
      const index = first + t
      const place = index % perImage
      const y0 = (place / tileColumns) * 4 - top
      const x0 = (place % tileColumns) * 4 - left
      const image = x + <usize>((index / perImage) * height * width) * pixel
      let source = image + <usize>(y0 * width + x0) * pixel
      let pitch = <usize>width * pixel
      if (y0 < 0 || x0 < 0 || y0 + 6 > height || x0 + 6 > width) {
        copyWindow(image, height, width, pixel, y0, x0, 6, 6, window)
        source = window
        pitch = 6 * pixel
      }
      let target = transformed + <usize>((t / 6) * 6) * pixel + ((<usize>(t % 6)) << 4)
      for (let c: usize = 0; c < pixel; c += 16) {
        for (let column: usize = 0; column < 6; column++) {
          inputLine(source + c + column * pixel, pitch, half + (column << 4), 96)
        }
        for (let row: usize = 0; row < 6; row++) {
          inputLine(half + row * 96, 16, target + row * 6 * pointStep, pointStep)
        }
        target += 96
      }
    }
    const blocks = (count + 5) / 6
    for (let point = 0; point < points; point++) {
      for (let panel = 0; panel < panels; panel++) {
        products(
          transformed + <usize>point * pointStep,
          packed + ((<usize>((point * panels + panel) * channels)) << 5),
          multiplied + <usize>point * outPointStep + <usize>panel * 192,
          blocks,
          quads,
          <usize>panels * 192,
        )
      }
    }
    for (let t = 0; t < count; t++) {
      const index = first + t
      const place = index % perImage
      const y0 = (place / tileColumns) * 4
      const x0 = (place % tileColumns) * 4
      const image = out + <usize>((index / perImage) * rows * places) * outPixel
      const tallest = min(4, rows - y0)
      const widest = min(4, places - x0)
      for (let f = 0; f < filters; f += 4) {
        const source =
          multiplied + <usize>((t / 6) * panels + (f >> 3)) * 192 + ((<usize>(t % 6)) << 5) + ((<usize>(f & 4)) << 2)
        for (let column: usize = 0; column < 6; column++) {
          outputLine(source + column * outPointStep, 6 * outPointStep, half + (column << 4), 96)
        }
        const added = bias ? v128.load(bias + ((<usize>f) << 2)) : f32x4.splat(0)
        for (let row = 0; row < tallest; row++) {
          const line = half + <usize>row * 96
          outputLine(line, 16, line, 16)
          const target = image + <usize>((y0 + row) * places + x0) * outPixel + ((<usize>f) << 2)
          for (let column = 0; column < widest; column++) {
            const value = f32x4.add(v128.load(line + ((<usize>column) << 4)), added)
            v128.store(target + <usize>column * outPixel, f32x4.max(value, floor))
          }
        }
      }
    }
  }
}

/**
 * The gradient of a 3×3 filter [3, 3, channels, filters], summed over the images of one item and written to the item's
 * own part of `partial`. Items: groups of `group` images; their tiles are taken `block` at a time.
 */
export function winogradFilterGradient(
  x: usize,
  dy: usize,
  partial: usize,
  images: i32,
  group: i32,
  block: i32,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  rows: i32,
  places: i32,
  filters: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const tileColumns = (places + 3) >> 2
  const perImage = ((rows + 3) >> 2) * tileColumns
  const pixel = (<usize>channels) << 2
  const outPixel = (<usize>filters) << 2
  const pointStep = pointBytes(block, channels)
  const outPointStep = pointBytes(block, filters)
  const sumStep = <usize>channels * outPixel
  const half = scratch
  const window = scratch + 1024
  const inputs = window + 36 * max(pixel, outPixel)
  const gradients = inputs + <usize>points * pointStep
  const sums = gradients + <usize>points * outPointStep
  for (let item = from; item < to; item++) {
    const begin = item * group * perImage
    const end = min(images, (item + 1) * group) * perImage
    for (let first = begin; first < end; first += block) {
      const count = min(block, end - first)
      for (let t = 0; t < count; t++) {
        const index = first + t
        const place = index % perImage
        const image = index / perImage
        const y0 = (place / tileColumns) * 4
        const x0 = (place % tileColumns) * 4
        copyOrPoint(x + <usize>(image * height * width) * pixel, height, width, pixel, y0 - top, x0 - left, 6, window)
        let source = load<usize>(window - 16)
        let pitch = load<usize>(window - 8)
        const target = inputs + <usize>t * pixel
        for (let c: usize = 0; c < pixel; c += 16) {
          for (let column: usize = 0; column < 6; column++) {
            inputLine(source + c + column * pixel, pitch, half + (column << 4), 96)
          }
          for (let row: usize = 0; row < 6; row++) {
            inputLine(half + row * 96, 16, target + c + row * 6 * pointStep, pointStep)
          }
        }
        copyOrPoint(dy + <usize>(image * rows * places) * outPixel, rows, places, outPixel, y0, x0, 4, window)
        source = load<usize>(window - 16)
        pitch = load<usize>(window - 8)
        const outTarget = gradients + <usize>t * outPixel
        for (let f: usize = 0; f < outPixel; f += 16) {
          for (let column: usize = 0; column < 4; column++) {
            gradientLine(source + f + column * outPixel, pitch, half + (column << 4), 64)
          }
          for (let row: usize = 0; row < 6; row++) {
            gradientLine(half + row * 64, 16, outTarget + f + row * 6 * outPointStep, outPointStep)
          }
        }
      }
      for (let point: usize = 0; point < 36; point++) {
        for (let c = 0; c < channels; c += 6) {
          for (let f = 0; f < filters; f += outerColumns) {
            outerTile(
              inputs + point * pointStep + ((<usize>c) << 2),
              pixel,
              0,
              gradients + point * outPointStep + ((<usize>f) << 2),
              outPixel,
              0,
              1,
              count,
              sums + point * sumStep + <usize>c * outPixel + ((<usize>f) << 2),
              outPixel,
              channels - c,
              filters - f,
              first == begin,
              true,
              scratch,
            )
          }
        }
      }
    }
    const target = partial + <usize>item * 9 * sumStep
    for (let at: usize = 0; at < sumStep; at += 16) {
      for (let column: usize = 0; column < 6; column++) {
        filterGradientLine(sums + at + column * sumStep, 6 * sumStep, half + (column << 4), 96)
      }
      for (let row: usize = 0; row < 3; row++) {
        filterGradientLine(half + row * 96, 16, target + at + row * 3 * sumStep, sumStep)
      }
    }
  }
}

/**
 * Where a window of size × size can be read, to the two places before `window`: its address and the pitch of its rows. It
 * is read where it stands if the image covers it, and from a copy in `window` if not.
 */
function copyOrPoint(
  image: usize,
  height: i32,
  width: i32,
  pixel: usize,
  y0: i32,
  x0: i32,
  size: i32,
  window: usize,
): void {
  if (y0 >= 0 && x0 >= 0 && y0 + size <= height && x0 + size <= width) {
    store<usize>(window - 16, image + <usize>(y0 * width + x0) * pixel)
    store<usize>(window - 8, <usize>width * pixel)
    return
  }
  copyWindow(image, height, width, pixel, y0, x0, size, size, window)
  store<usize>(window - 16, window)
  store<usize>(window - 8, <usize>size * pixel)
}
