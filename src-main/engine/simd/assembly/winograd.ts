import { madd } from './simd'
import { inputLine, outputLine, pointBytes, points } from './winogradLines'
import { copyWindow } from './winogradWindow'

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
