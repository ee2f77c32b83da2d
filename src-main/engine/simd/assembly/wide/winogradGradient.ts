import { madd, nmadd, put, WIDE } from '../simd'
import { wideOuterTile, wideOuterTileOfFour } from './outerTile'
import { pointBytes, points } from '../winogradLines'
import { clearMargins, inputRow, inputStrip, numbers, stripRow } from './transforms'

/*
 * The filter gradient of ../winogradGradient.ts in eights; see transforms.ts. At each of the 36 points the gradient is a product
 * over all tiles of an item, and the sums go on from block to block: so they do not depend on the blocks' size.
 */

/** Four gradients of outputs to six points, `step` bytes apart from `out`. */
// @ts-ignore: decorator
@inline
function gradientPoints(
  g0: v128,
  h0: v128,
  g1: v128,
  h1: v128,
  g2: v128,
  h2: v128,
  g3: v128,
  h3: v128,
  two: v128,
  four: v128,
  quarter: v128,
  sixth: v128,
  twentyFourth: v128,
  out: usize,
  step: usize,
): void {
  const even = f32x4.add(g0, g2)
  const evenHigh = f32x4.add(h0, h2)
  const odd = f32x4.add(g1, g3)
  const oddHigh = f32x4.add(h1, h3)
  const evenWide = madd(four, g2, g0)
  const evenWideHigh = madd(four, h2, h0)
  const oddWide = madd(four, g3, g1)
  const oddWideHigh = madd(four, h3, h1)
  put(out, f32x4.mul(g0, quarter), f32x4.mul(h0, quarter))
  const out1 = out + step
  put(out1, f32x4.mul(f32x4.add(even, odd), sixth), f32x4.mul(f32x4.add(evenHigh, oddHigh), sixth))
  const out2 = out1 + step
  put(out2, f32x4.mul(f32x4.sub(even, odd), sixth), f32x4.mul(f32x4.sub(evenHigh, oddHigh), sixth))
  const out3 = out2 + step
  put(
    out3,
    f32x4.mul(madd(two, oddWide, evenWide), twentyFourth),
    f32x4.mul(madd(two, oddWideHigh, evenWideHigh), twentyFourth),
  )
  const out4 = out3 + step
  put(
    out4,
    f32x4.mul(nmadd(two, oddWide, evenWide), twentyFourth),
    f32x4.mul(nmadd(two, oddWideHigh, evenWideHigh), twentyFourth),
  )
  const out5 = out4 + step
  put(out5, g3, h3)
}

/** Eight filters of a strip of dy, row y0 on, to its transformed columns [4 · tiles, 6, 8]. */
function gradientStrip(
  image: usize,
  rows: i32,
  places: i32,
  outPixel: usize,
  y0: i32,
  zeros: usize,
  columns: usize,
): void {
  const two = v128.load32_splat(numbers)
  const four = v128.load32_splat(numbers, 4)
  const quarter = v128.load32_splat(numbers, 16)
  const sixth = v128.load32_splat(numbers, 20)
  const twentyFourth = v128.load32_splat(numbers, 24)
  const pitch = <usize>places * outPixel
  let r0 = stripRow(image, y0, rows, pitch, zeros)
  let r1 = stripRow(image, y0 + 1, rows, pitch, zeros)
  let r2 = stripRow(image, y0 + 2, rows, pitch, zeros)
  let r3 = stripRow(image, y0 + 3, rows, pitch, zeros)
  let out = columns
  for (let count = places; count > 0; count--) {
    gradientPoints(
      v128.load(r0),
      v128.load(r0, 16),
      v128.load(r1),
      v128.load(r1, 16),
      v128.load(r2),
      v128.load(r2, 16),
      v128.load(r3),
      v128.load(r3, 16),
      two,
      four,
      quarter,
      sixth,
      twentyFourth,
      out,
      32,
    )
    r0 += outPixel
    r1 += outPixel
    r2 += outPixel
    r3 += outPixel
    out += 192
  }
}

/** Six points, `step` apart, to the three numbers of a filter's gradient. */
// @ts-ignore: decorator
@inline
function filterPoints(at: usize, step: usize, two: v128, four: v128, out: usize, outStep: usize): void {
  const at1 = at + step
  const at2 = at1 + step
  const at3 = at2 + step
  const at4 = at3 + step
  const at5 = at4 + step
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
  const r = f32x4.add(m3, m4)
  const rHigh = f32x4.add(n3, n4)
  put(out, f32x4.add(f32x4.add(m0, p), r), f32x4.add(f32x4.add(n0, pHigh), rHigh))
  const out1 = out + outStep
  put(
    out1,
    madd(two, f32x4.sub(m3, m4), f32x4.sub(m1, m2)),
    madd(two, f32x4.sub(n3, n4), f32x4.sub(n1, n2)),
  )
  const out2 = out1 + outStep
  put(out2, f32x4.add(madd(four, r, p), m5), f32x4.add(madd(four, rHigh, pHigh), n5))
}

/**
 * The gradient of a 3×3 filter [3, 3, channels, filters], summed over the images of one item and written to the item's
 * own part of `partial`. Items: groups of `group` images; their rows of tiles are taken `strips` at a time, and
 * `channelBlock` channels of the gradient after each other. Where these are not all channels, the strips must be all of the
 * item: then the sums, which are the greater part, stay in the second cache.
 */
export function winogradFilterGradientWide(
  x: usize,
  dy: usize,
  partial: usize,
  images: i32,
  group: i32,
  strips: i32,
  channelBlock: i32,
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
  if (!WIDE) return
  const tiles = (places + 3) >> 2
  const tileRows = (rows + 3) >> 2
  const pixel = (<usize>channels) << 2
  const outPixel = (<usize>filters) << 2
  const panels = (filters + 15) >> 4
  const most = strips * tiles
  const inputPitch = (<usize>((channels + 7) >> 3)) << 5
  const pointStep = pointBytes(most, <i32>(inputPitch >> 2))
  const gradientPitch = (<usize>panels) << 6
  const outPointStep = pointBytes(most, panels * 16)
  const sumStep = <usize>(channelBlock + 4) * gradientPitch
  const zeros = scratch + 1024
  const columns = zeros + max(<usize>width * pixel, <usize>places * outPixel)
  const outColumns = columns + <usize>(tiles * 4 + 2) * 192
  const inputs = outColumns + <usize>tiles * 768
  const gradients = inputs + <usize>points * pointStep
  const sums = gradients + <usize>points * outPointStep
  memory.fill(zeros, 0, max(<usize>width * pixel, <usize>places * outPixel))
  clearMargins(columns, left, width, tiles * 4 + 2)
  clearMargins(outColumns, 0, places, tiles * 4)
  const two = v128.load32_splat(numbers)
  const four = v128.load32_splat(numbers, 4)
  const five = v128.load32_splat(numbers, 8)
  const quarter = v128.load32_splat(numbers, 16)
  const sixth = v128.load32_splat(numbers, 20)
  const twentyFourth = v128.load32_splat(numbers, 24)
  for (let item = from; item < to; item++) {
    const target = partial + <usize>(item * 9 * channels) * outPixel
    const begin = item * group * tileRows
    const end = min(images, (item + 1) * group) * tileRows
    for (let first = begin; first < end; first += strips) {
      const last = min(end, first + strips)
      for (let strip = first; strip < last; strip++) {
        const image = strip / tileRows
        const y0 = (strip % tileRows) * 4
        const place = (strip - first) * tiles
        const xImage = x + <usize>(image * height * width) * pixel
        for (let offset: usize = 0; offset < pixel; offset += 32) {
          inputStrip(xImage + offset, height, width, pixel, y0 - top, left, tiles, zeros, columns)
          for (let t = 0; t < tiles; t++) {
            let target = inputs + <usize>(place + t) * inputPitch + offset
            let at = columns + <usize>t * 768
            for (let row = 6; row > 0; row--) {
              inputRow(at, two, four, five, target, pointStep)
              at += 32
              target += 6 * pointStep
            }
          }
        }
        const dyImage = dy + <usize>(image * rows * places) * outPixel
        for (let offset: usize = 0; offset < outPixel; offset += 32) {
          gradientStrip(dyImage + offset, rows, places, outPixel, y0, zeros, outColumns)
          for (let t = 0; t < tiles; t++) {
            let target = gradients + <usize>(place + t) * gradientPitch + offset
            let at = outColumns + <usize>t * 768
            for (let row = 6; row > 0; row--) {
              gradientPoints(
                v128.load(at),
                v128.load(at, 16),
                v128.load(at, 192),
                v128.load(at, 208),
                v128.load(at, 384),
                v128.load(at, 400),
                v128.load(at, 576),
                v128.load(at, 592),
                two,
                four,
                quarter,
                sixth,
                twentyFourth,
                target,
                outPointStep,
              )
              at += 32
              target += 6 * outPointStep
            }
          }
        }
      }
      const count = (last - first) * tiles
      for (let channel = 0; channel < channels; channel += channelBlock) {
        const width = min(channelBlock, channels - channel)
        if (first == begin) memory.fill(sums, 0, 36 * sumStep)
        for (let point: usize = 0; point < 36; point++) {
          for (let panel = 0; panel < panels; panel++) {
            const b = gradients + point * outPointStep + ((<usize>panel) << 6)
            let a = inputs + point * pointStep + ((<usize>channel) << 2)
            let out = sums + point * sumStep + ((<usize>panel) << 6)
            let c = width
            for (; c > 4; c -= 6) {
              wideOuterTile(a, inputPitch, 0, b, gradientPitch, 0, 1, count, out, gradientPitch)
              a += 24
              out += 6 * gradientPitch
            }
            if (c > 0) wideOuterTileOfFour(a, inputPitch, b, gradientPitch, count, out, gradientPitch)
          }
        }
        if (last == end) {
          for (let c: usize = 0; c < <usize>width; c++) {
            const row = target + (<usize>channel + c) * outPixel
            for (let offset: usize = 0; offset < outPixel; offset += 32) {
              const at = sums + c * gradientPitch + offset
              for (let column: usize = 0; column < 6; column++) {
                filterPoints(at + column * sumStep, 6 * sumStep, two, four, scratch + (column << 5), 192)
              }
              let out = row + offset
              const tap = <usize>channels * outPixel
              const spare = scratch + 768
              const whole = offset + 32 <= outPixel
              for (let line: usize = 0; line < 3; line++) {
                filterPoints(scratch + line * 192, 32, two, four, whole ? out : spare, whole ? tap : 32)
                if (!whole) {
                  v128.store(out, v128.load(spare))
                  v128.store(out + tap, v128.load(spare, 32))
                  v128.store(out + 2 * tap, v128.load(spare, 64))
                }
                out += 3 * tap
              }
            }
          }
        }
      }
    }
  }
}
