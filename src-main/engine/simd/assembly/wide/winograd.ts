import { madd, put, WIDE } from '../simd'
import { pointBytes, points } from '../winogradLines'
import { clearMargins, inputRow, inputStrip, numbers } from './transforms'

/** Six points to four outputs, `step` bytes apart from `out`. */
// @ts-ignore: decorator
@inline
function outputPoints(
  m0: v128,
  n0: v128,
  m1: v128,
  n1: v128,
  m2: v128,
  n2: v128,
  m3: v128,
  n3: v128,
  m4: v128,
  n4: v128,
  m5: v128,
  n5: v128,
  added: v128,
  addedHigh: v128,
  floor: v128,
  two: v128,
  four: v128,
  eight: v128,
  out: usize,
  step: usize,
): void {
  const p = f32x4.add(m1, m2)
  const pHigh = f32x4.add(n1, n2)
  const q = f32x4.sub(m1, m2)
  const qHigh = f32x4.sub(n1, n2)
  const r = f32x4.add(m3, m4)
  const rHigh = f32x4.add(n3, n4)
  const s = f32x4.sub(m3, m4)
  const sHigh = f32x4.sub(n3, n4)
  finish(out, f32x4.add(f32x4.add(m0, p), r), f32x4.add(f32x4.add(n0, pHigh), rHigh), added, addedHigh, floor)
  const out1 = out + step
  finish(out1, madd(two, s, q), madd(two, sHigh, qHigh), added, addedHigh, floor)
  const out2 = out1 + step
  finish(out2, madd(four, r, p), madd(four, rHigh, pHigh), added, addedHigh, floor)
  const out3 = out2 + step
  finish(
    out3,
    f32x4.add(madd(eight, s, q), m5),
    f32x4.add(madd(eight, sHigh, qHigh), n5),
    added,
    addedHigh,
    floor,
  )
}

// @ts-ignore: decorator
@inline
function finish(at: usize, low: v128, high: v128, added: v128, addedHigh: v128, floor: v128): void {
  put(at, f32x4.max(f32x4.add(low, added), floor), f32x4.max(f32x4.add(high, addedHigh), floor))
}

/** One column of a tile's points, `pointRow` apart, to the column's four outputs before their rows are: [4, 6, 8]. */
// @ts-ignore: decorator
@inline
function outputColumn(at: usize, pointRow: usize, two: v128, four: v128, eight: v128, out: usize): void {
  const at1 = at + pointRow
  const at2 = at1 + pointRow
  const at3 = at2 + pointRow
  const at4 = at3 + pointRow
  const at5 = at4 + pointRow
  const m0 = v128.load(at)
  const n0 = v128.load(at, 16)
  const m1 = v128.load(at1)
  const n1 = v128.load(at1, 16)
  const m2 = v128.load(at2)
  const n2 = v128.load(at2, 16)
  const m3 = v128.load(at3)
  const n3 = v128.load(at3, 16)
  const m4 = v128.load(at4)
  const n4 = v128.load(at4, 16)
  const m5 = v128.load(at5)
  const n5 = v128.load(at5, 16)
  const p = f32x4.add(m1, m2)
  const pHigh = f32x4.add(n1, n2)
  const q = f32x4.sub(m1, m2)
  const qHigh = f32x4.sub(n1, n2)
  const r = f32x4.add(m3, m4)
  const rHigh = f32x4.add(n3, n4)
  const s = f32x4.sub(m3, m4)
  const sHigh = f32x4.sub(n3, n4)
  v128.store(out, f32x4.add(f32x4.add(n0, pHigh), rHigh), 16)
  v128.store(out, f32x4.add(f32x4.add(m0, p), r))
  v128.store(out, madd(two, sHigh, qHigh), 208)
  v128.store(out, madd(two, s, q), 192)
  v128.store(out, madd(four, rHigh, pHigh), 400)
  v128.store(out, madd(four, r, p), 384)
  v128.store(out, f32x4.add(madd(eight, sHigh, qHigh), n5), 592)
  v128.store(out, f32x4.add(madd(eight, s, q), m5), 576)
}

/**
 * At one point: the block's tiles [tiles / 6, channels / 8, 6, 8], the last eight perhaps half empty, times a panel of sixteen filters, to
 * [tiles / 6, …, 6, 16].
 */
function products(a: usize, b: usize, out: usize, blocks: i32, channels: i32, outStep: usize): void {
  const zero = f32x4.splat(0)
  for (let block = 0; block < blocks; block++) {
    let c00 = zero
    let c01 = zero
    let c02 = zero
    let c03 = zero
    let c10 = zero
    let c11 = zero
    let c12 = zero
    let c13 = zero
    let c20 = zero
    let c21 = zero
    let c22 = zero
    let c23 = zero
    let c30 = zero
    let c31 = zero
    let c32 = zero
    let c33 = zero
    let c40 = zero
    let c41 = zero
    let c42 = zero
    let c43 = zero
    let c50 = zero
    let c51 = zero
    let c52 = zero
    let c53 = zero
    let panel = b
    for (let left = channels; left > 0; left -= 8) {
      const some = min(8, left)
      for (let count = some; count > 0; count--) {
        let b0 = v128.load(panel)
        let b1 = v128.load(panel, 16)
        let b2 = v128.load(panel, 32)
        let b3 = v128.load(panel, 48)
        let v = v128.load32_splat(a)
        c00 = madd(v, b0, c00)
        c01 = madd(v, b1, c01)
        c02 = madd(v, b2, c02)
        c03 = madd(v, b3, c03)
        v = v128.load32_splat(a, 32)
        c10 = madd(v, b0, c10)
        c11 = madd(v, b1, c11)
        c12 = madd(v, b2, c12)
        c13 = madd(v, b3, c13)
        v = v128.load32_splat(a, 64)
        c20 = madd(v, b0, c20)
        c21 = madd(v, b1, c21)
        c22 = madd(v, b2, c22)
        c23 = madd(v, b3, c23)
        v = v128.load32_splat(a, 96)
        c30 = madd(v, b0, c30)
        c31 = madd(v, b1, c31)
        c32 = madd(v, b2, c32)
        c33 = madd(v, b3, c33)
        v = v128.load32_splat(a, 128)
        c40 = madd(v, b0, c40)
        c41 = madd(v, b1, c41)
        c42 = madd(v, b2, c42)
        c43 = madd(v, b3, c43)
        v = v128.load32_splat(a, 160)
        c50 = madd(v, b0, c50)
        c51 = madd(v, b1, c51)
        c52 = madd(v, b2, c52)
        c53 = madd(v, b3, c53)
        a += 4
        panel += 64
      }
      a += 192 - ((<usize>some) << 2)
    }
    v128.store(out, c01, 16)
    v128.store(out, c00)
    v128.store(out, c03, 48)
    v128.store(out, c02, 32)
    v128.store(out, c11, 80)
    v128.store(out, c10, 64)
    v128.store(out, c13, 112)
    v128.store(out, c12, 96)
    v128.store(out, c21, 144)
    v128.store(out, c20, 128)
    v128.store(out, c23, 176)
    v128.store(out, c22, 160)
    v128.store(out, c31, 208)
    v128.store(out, c30, 192)
    v128.store(out, c33, 240)
    v128.store(out, c32, 224)
    v128.store(out, c41, 272)
    v128.store(out, c40, 256)
    v128.store(out, c43, 304)
    v128.store(out, c42, 288)
    v128.store(out, c51, 336)
    v128.store(out, c50, 320)
    v128.store(out, c53, 368)
    v128.store(out, c52, 352)
    out += outStep
  }
}

/**
 * As `winogradConvolve`: y = x convolved with a filter packed by `winogradFilter` in panels of sixteen, `top` and `left` zeros before the image
 * (0 to 2), and bias and ReLU as the tile kernels have them. Items: blocks of `strips` rows of tiles of 4×4 outputs. It is in the build for vectors of eight alone.
 */
export function winogradConvolveWide(
  x: usize,
  packed: usize,
  out: usize,
  images: i32,
  strips: i32,
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
  if (!WIDE) return
  const tileRows = (rows + 3) >> 2
  const tiles = (places + 3) >> 2
  const total = tileRows * images
  const pixel = (<usize>channels) << 2
  const outPixel = (<usize>filters) << 2
  const panels = (filters + 15) >> 4
  const octs = (channels + 7) >> 3
  const most = ((strips * tiles + 5) / 6) * 6
  const pointStep = pointBytes(most, octs * 8)
  const outPointStep = pointBytes(most, panels * 16)
  const half = scratch
  const spare = scratch + 1024
  const zeros = spare + 128
  const columns = zeros + max(<usize>width * pixel, outPixel)
  const transformed = columns + <usize>(tiles * 4 + 2) * 192
  const multiplied = transformed + <usize>points * pointStep
  const sixTiles = <usize>octs * 192
  const sixOut = <usize>panels * 384
  const floor = f32x4.splat(relu ? 0 : -Infinity)
  memory.fill(zeros, 0, max(<usize>width * pixel, outPixel))
  const addends = bias ? bias : zeros
  clearMargins(columns, left, width, tiles * 4 + 2)
  const two = v128.load32_splat(numbers)
  const four = v128.load32_splat(numbers, 4)
  const five = v128.load32_splat(numbers, 8)
  const eight = v128.load32_splat(numbers, 12)
  for (let item = from; item < to; item++) {
    const first = item * strips
    const last = min(total, first + strips)
    for (let strip = first; strip < last; strip++) {
      const image = x + <usize>((strip / tileRows) * height * width) * pixel
      const y0 = (strip % tileRows) * 4 - top
      const begin = (strip - first) * tiles
      for (let oct = 0; oct < octs; oct++) {
        const offset = (<usize>oct) << 5
        inputStrip(image + offset, height, width, pixel, y0, left, tiles, zeros, columns)
        for (let t = 0; t < tiles; t++) {
          const place = begin + t
          let target = transformed + <usize>(place / 6) * sixTiles + <usize>oct * 192 + ((<usize>(place % 6)) << 5)
          let at = columns + <usize>t * 768
          for (let row = 6; row > 0; row--) {
            inputRow(at, two, four, five, target, pointStep)
            at += 32
            target += 6 * pointStep
          }
        }
      }
    }
    const blocks = ((last - first) * tiles + 5) / 6
    for (let point = 0; point < points; point++) {
      for (let panel = 0; panel < panels; panel++) {
        products(
          transformed + <usize>point * pointStep,
          packed + ((<usize>((point * panels + panel) * channels)) << 6),
          multiplied + <usize>point * outPointStep + <usize>panel * 384,
          blocks,
          channels,
          sixOut,
        )
      }
    }
    for (let strip = first; strip < last; strip++) {
      const y0 = (strip % tileRows) * 4
      const image = out + <usize>(((strip / tileRows) * rows + y0) * places) * outPixel
      const tallest = min(4, rows - y0)
      const begin = (strip - first) * tiles
      for (let t = 0; t < tiles; t++) {
        const place = begin + t
        const widest = min(4, places - t * 4)
        const source = multiplied + <usize>(place / 6) * sixOut + ((<usize>(place % 6)) << 6)
        const target = image + <usize>(t * 4) * outPixel
        for (let f = 0; f < filters; f += 8) {
          let at = source + <usize>(f >> 4) * 384 + ((<usize>(f & 8)) << 2)
          let column = half
          for (let count = 6; count > 0; count--) {
            outputColumn(at, 6 * outPointStep, two, four, eight, column)
            at += outPointStep
            column += 32
          }
          const number = (<usize>f) << 2
          const adds = addends + number
          const added = v128.load(adds)
          const addedHigh = v128.load(adds, 16)
          let line = half
          const part = f + 8 > filters
          for (let row = 0; row < tallest; row++) {
            const to = target + <usize>(row * places) * outPixel + number
            const whole = widest == 4 && !part
            outputPoints(
              v128.load(line),
              v128.load(line, 16),
              v128.load(line, 32),
              v128.load(line, 48),
              v128.load(line, 64),
              v128.load(line, 80),
              v128.load(line, 96),
              v128.load(line, 112),
              v128.load(line, 128),
              v128.load(line, 144),
              v128.load(line, 160),
              v128.load(line, 176),
              added,
              addedHigh,
              floor,
              two,
              four,
              eight,
              whole ? to : spare,
              whole ? outPixel : 32,
            )
            if (!whole) {
              for (let place = 0; place < widest; place++) {
                const kept = spare + ((<usize>place) << 5)
                const there = to + <usize>place * outPixel
                if (part) v128.store(there, v128.load(kept))
                else put(there, v128.load(kept), v128.load(kept, 16))
              }
            }
            line += 192
          }
        }
      }
    }
  }
}
