import { sumLanes } from './simd'

/**
 * out [outer, inner] = scale · sum over the middle of x [outer, middle, inner]. Sums of up to 64 numbers are taken in
 * float32, and those in float64. Items: outer.
 */
export function sumMiddle(
  x: usize,
  out: usize,
  middle: i32,
  inner: i32,
  scale: f64,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>inner) << 2
  for (let item = from; item < to; item++) {
    const source = x + <usize>item * <usize>middle * pitch
    const target = out + <usize>item * pitch
    if (inner == 1) {
      store<f32>(target, <f32>(sumRow(source, middle) * scale))
      continue
    }
    let column = 0
    for (; column + 4 <= inner; column += 4) {
      sumColumns(source + ((<usize>column) << 2), pitch, middle, scale, target + ((<usize>column) << 2))
    }
    for (; column < inner; column++) {
      let sum: f64 = 0
      let at = source + ((<usize>column) << 2)
      for (let i = 0; i < middle; i++) {
        sum += <f64>load<f32>(at)
        at += pitch
      }
      store<f32>(target + ((<usize>column) << 2), <f32>(sum * scale))
    }
  }
}

function sumColumns(at: usize, pitch: usize, middle: i32, scale: f64, target: usize): void {
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  for (let i = 0; i < middle; ) {
    const end = min(middle, i + 64)
    let sum = f32x4.splat(0)
    for (; i < end; i++) {
      sum = f32x4.add(sum, v128.load(at))
      at += pitch
    }
    low = f64x2.add(low, f64x2.promote_low_f32x4(sum))
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(sum, sum, 2, 3, 2, 3)))
  }
  const s = f64x2.splat(scale)
  store<f32>(target, <f32>f64x2.extract_lane(f64x2.mul(low, s), 0))
  store<f32>(target, <f32>f64x2.extract_lane(f64x2.mul(low, s), 1), 4)
  store<f32>(target, <f32>f64x2.extract_lane(f64x2.mul(high, s), 0), 8)
  store<f32>(target, <f32>f64x2.extract_lane(f64x2.mul(high, s), 1), 12)
}

/** The sum of `count` numbers in a row. */
export function sumRow(at: usize, count: i32): f64 {
  let total: f64 = 0
  let i = 0
  while (i + 4 <= count) {
    const end = min(count, i + 256)
    let sum = f32x4.splat(0)
    for (; i + 4 <= end; i += 4) {
      sum = f32x4.add(sum, v128.load(at))
      at += 16
    }
    total += <f64>sumLanes(sum)
  }
  for (; i < count; i++) {
    total += <f64>load<f32>(at)
    at += 4
  }
  return total
}

/** Sums over the rows of x [rows, inner], each item's own part to `partial`. Items: groups of `group` rows. */
export function sumGroups(
  x: usize,
  partial: usize,
  rows: i32,
  group: i32,
  inner: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>inner) << 2
  for (let item = from; item < to; item++) {
    const first = item * group
    const count = min(group, rows - first)
    sumMiddle(x + <usize>first * pitch, partial + <usize>item * pitch, count, inner, 1, scratch, 0, 1)
  }
}

/** out = the sum of `parts` arrays of `count` numbers that lie behind one another, in their order. Items: numbers. */
export function sumParts(
  partial: usize,
  out: usize,
  parts: i32,
  count: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>count) << 2
  let i = from
  for (; i + 4 <= to; i += 4) {
    let at = partial + ((<usize>i) << 2)
    let sum = v128.load(at)
    for (let p = 1; p < parts; p++) {
      at += pitch
      sum = f32x4.add(sum, v128.load(at))
    }
    v128.store(out + ((<usize>i) << 2), sum)
  }
  for (; i < to; i++) {
    let at = partial + ((<usize>i) << 2)
    let sum = load<f32>(at)
    for (let p = 1; p < parts; p++) {
      at += pitch
      sum += load<f32>(at)
    }
    store<f32>(out + ((<usize>i) << 2), sum)
  }
}
