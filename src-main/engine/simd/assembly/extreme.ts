/*
 * The greatest, the least and the product over the middle of x [outer, middle, inner]; where the greatest lies; and the
 * gradient of the first two.
 */

const opMax: i32 = 0
const opMin: i32 = 1
const opProduct: i32 = 2

// @ts-ignore: decorator
@inline
function vector(op: i32, a: v128, b: v128): v128 {
  if (op == opMax) return f32x4.max(a, b)
  if (op == opMin) return f32x4.min(a, b)
  return f32x4.mul(a, b)
}

// @ts-ignore: decorator
@inline
function single(op: i32, a: f32, b: f32): f32 {
  if (op == opMax) return max(a, b)
  if (op == opMin) return min(a, b)
  return a * b
}

// @ts-ignore: decorator
@inline
function neutral(op: i32): f32 {
  if (op == opMax) return -Infinity
  if (op == opMin) return Infinity
  return 1
}

// @ts-ignore: decorator
@inline
function ofRow(op: i32, at: usize, count: i32): f32 {
  let four = f32x4.splat(neutral(op))
  for (; count >= 4; count -= 4) {
    four = vector(op, four, v128.load(at))
    at += 16
  }
  let result = single(
    op,
    single(op, f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1)),
    single(op, f32x4.extract_lane(four, 2), f32x4.extract_lane(four, 3)),
  )
  for (; count > 0; count--) {
    result = single(op, result, load<f32>(at))
    at += 4
  }
  return result
}

// @ts-ignore: decorator
@inline
function middle(op: i32, x: usize, out: usize, count: i32, inner: i32, from: i32, to: i32): void {
  const pitch = (<usize>inner) << 2
  for (let item = from; item < to; item++) {
    const source = x + <usize>item * <usize>count * pitch
    const target = out + <usize>item * pitch
    if (inner == 1) {
      store<f32>(target, ofRow(op, source, count))
      continue
    }
    let c: usize = 0
    for (; c + 16 <= pitch; c += 16) {
      let at = source + c
      let four = f32x4.splat(neutral(op))
      for (let i = count; i > 0; i--) {
        four = vector(op, four, v128.load(at))
        at += pitch
      }
      v128.store(target + c, four)
    }
    for (; c < pitch; c += 4) {
      let at = source + c
      let one = neutral(op)
      for (let i = count; i > 0; i--) {
        one = single(op, one, load<f32>(at))
        at += pitch
      }
      store<f32>(target + c, one)
    }
  }
}

/** Items: outer. */
export function greatest(
  x: usize,
  out: usize,
  count: i32,
  inner: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  middle(opMax, x, out, count, inner, from, to)
}

/** Items: outer. */
export function least(
  x: usize,
  out: usize,
  count: i32,
  inner: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  middle(opMin, x, out, count, inner, from, to)
}

/** Items: outer. */
export function productOver(
  x: usize,
  out: usize,
  count: i32,
  inner: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  middle(opProduct, x, out, count, inner, from, to)
}

/** The place (int32) of the first greatest number, or of the first least where `sign` is -1. Items: outer · inner. */
export function placeOfGreatest(
  x: usize,
  out: usize,
  count: i32,
  inner: i32,
  sign: f32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>inner) << 2
  for (let item = from; item < to; item++) {
    let at = x + <usize>(item / inner) * <usize>count * pitch + ((<usize>(item % inner)) << 2)
    let best = sign * load<f32>(at)
    let place = 0
    for (let i = 1; i < count; i++) {
      at += pitch
      const value = sign * load<f32>(at)
      if (value > best) {
        best = value
        place = i
      }
    }
    store<i32>(out + ((<usize>item) << 2), place)
  }
}

/** dy [outer, inner] to every place of x that holds its extreme y, 0 elsewhere. Items: outer. */
export function extremeGradient(
  dy: usize,
  x: usize,
  y: usize,
  dx: usize,
  count: i32,
  inner: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>inner) << 2
  for (let item = from; item < to; item++) {
    const start = <usize>item * <usize>count * pitch
    const side = <usize>item * pitch
    if (inner == 1) {
      const level = load<f32>(y + side)
      const slope = load<f32>(dy + side)
      for (let i: usize = 0; i < (<usize>count) << 2; i += 4) {
        store<f32>(dx + start + i, load<f32>(x + start + i) == level ? slope : 0)
      }
      continue
    }
    for (let i = 0; i < count; i++) {
      const at = start + <usize>i * pitch
      let c: usize = 0
      for (; c + 16 <= pitch; c += 16) {
        const same = f32x4.eq(v128.load(x + at + c), v128.load(y + side + c))
        v128.store(dx + at + c, v128.and(same, v128.load(dy + side + c)))
      }
      for (; c < pitch; c += 4) {
        const same = load<f32>(x + at + c) == load<f32>(y + side + c)
        store<f32>(dx + at + c, same ? load<f32>(dy + side + c) : 0)
      }
    }
  }
}
