/** Whether this is the build for processors whose vectors hold eight numbers; see wide/transforms.ts. */
export const WIDE: i32 = ANNEAL_WIDE

/** a · b + c, rounded once where the build has relaxed SIMD. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

/** c - a · b, rounded once where the build has relaxed SIMD. */
// @ts-ignore: decorator
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c)
  return f32x4.sub(c, f32x4.mul(a, b))
}

/** Eight numbers; the upper half first, as the compiler that joins the halves wants it (see wide/transforms.ts). */
// @ts-ignore: decorator
@inline
export function put(at: usize, low: v128, high: v128): void {
  v128.store(at, high, 16)
  v128.store(at, low)
}

// @ts-ignore: decorator
@inline
export function splat(at: usize): v128 {
  return v128.load32_splat(at)
}

/** Writes the first `count` numbers of `value`. */
export function storePart(to: usize, value: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, value)
    return
  }
  if (count > 0) store<f32>(to, f32x4.extract_lane(value, 0))
  if (count > 1) store<f32>(to, f32x4.extract_lane(value, 1), 4)
  if (count > 2) store<f32>(to, f32x4.extract_lane(value, 2), 8)
}

/** The first `count` numbers at `from`, and zeros. */
export function loadPart(from: usize, count: i32): v128 {
  if (count >= 4) return v128.load(from)
  let value = f32x4.splat(0)
  if (count > 0) value = f32x4.replace_lane(value, 0, load<f32>(from))
  if (count > 1) value = f32x4.replace_lane(value, 1, load<f32>(from, 4))
  if (count > 2) value = f32x4.replace_lane(value, 2, load<f32>(from, 8))
  return value
}

// @ts-ignore: decorator
@inline
export function sumLanes(value: v128): f32 {
  return (
    f32x4.extract_lane(value, 0) +
    f32x4.extract_lane(value, 2) +
    (f32x4.extract_lane(value, 1) + f32x4.extract_lane(value, 3))
  )
}

/** Four numbers, or the `count` that are left of a row and zeros. */
// @ts-ignore: decorator
@inline
export function loadUpTo(from: usize, count: i32): v128 {
  return count >= 4 ? v128.load(from) : loadPart(from, count)
}

/** Four numbers, or the `count` that are left of a row. */
// @ts-ignore: decorator
@inline
export function storeUpTo(to: usize, value: v128, count: i32): void {
  if (count >= 4) v128.store(to, value)
  else storePart(to, value, count)
}
