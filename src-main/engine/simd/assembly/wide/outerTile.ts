import { madd } from '../simd'

/** Adds `outerTile`'s products to the sums in `spare`, six rows by sixteen columns (384 bytes), for vectors of eight; see
 * wideTile.ts. */
export function wideOuterTile(
  a: usize,
  aStep: usize,
  aJump: usize,
  b: usize,
  bStep: usize,
  bJump: usize,
  rows: i32,
  places: i32,
  spare: usize,
): void {
  let c00 = v128.load(spare)
  let c01 = v128.load(spare, 16)
  let c02 = v128.load(spare, 32)
  let c03 = v128.load(spare, 48)
  let c10 = v128.load(spare, 64)
  let c11 = v128.load(spare, 80)
  let c12 = v128.load(spare, 96)
  let c13 = v128.load(spare, 112)
  let c20 = v128.load(spare, 128)
  let c21 = v128.load(spare, 144)
  let c22 = v128.load(spare, 160)
  let c23 = v128.load(spare, 176)
  let c30 = v128.load(spare, 192)
  let c31 = v128.load(spare, 208)
  let c32 = v128.load(spare, 224)
  let c33 = v128.load(spare, 240)
  let c40 = v128.load(spare, 256)
  let c41 = v128.load(spare, 272)
  let c42 = v128.load(spare, 288)
  let c43 = v128.load(spare, 304)
  let c50 = v128.load(spare, 320)
  let c51 = v128.load(spare, 336)
  let c52 = v128.load(spare, 352)
  let c53 = v128.load(spare, 368)
  for (let r = rows; r > 0; r--) {
    for (let p = places; p > 0; p--) {
      const b0 = v128.load(b)
      const b1 = v128.load(b, 16)
      const b2 = v128.load(b, 32)
      const b3 = v128.load(b, 48)
      let v = v128.load32_splat(a)
      c00 = madd(v, b0, c00)
      c01 = madd(v, b1, c01)
      c02 = madd(v, b2, c02)
      c03 = madd(v, b3, c03)
      v = v128.load32_splat(a, 4)
      c10 = madd(v, b0, c10)
      c11 = madd(v, b1, c11)
      c12 = madd(v, b2, c12)
      c13 = madd(v, b3, c13)
      v = v128.load32_splat(a, 8)
      c20 = madd(v, b0, c20)
      c21 = madd(v, b1, c21)
      c22 = madd(v, b2, c22)
      c23 = madd(v, b3, c23)
      v = v128.load32_splat(a, 12)
      c30 = madd(v, b0, c30)
      c31 = madd(v, b1, c31)
      c32 = madd(v, b2, c32)
      c33 = madd(v, b3, c33)
      v = v128.load32_splat(a, 16)
      c40 = madd(v, b0, c40)
      c41 = madd(v, b1, c41)
      c42 = madd(v, b2, c42)
      c43 = madd(v, b3, c43)
      v = v128.load32_splat(a, 20)
      c50 = madd(v, b0, c50)
      c51 = madd(v, b1, c51)
      c52 = madd(v, b2, c52)
      c53 = madd(v, b3, c53)
      a += aStep
      b += bStep
    }
    a += aJump
    b += bJump
  }
  v128.store(spare, c01, 16)
  v128.store(spare, c00)
  v128.store(spare, c03, 48)
  v128.store(spare, c02, 32)
  v128.store(spare, c11, 80)
  v128.store(spare, c10, 64)
  v128.store(spare, c13, 112)
  v128.store(spare, c12, 96)
  v128.store(spare, c21, 144)
  v128.store(spare, c20, 128)
  v128.store(spare, c23, 176)
  v128.store(spare, c22, 160)
  v128.store(spare, c31, 208)
  v128.store(spare, c30, 192)
  v128.store(spare, c33, 240)
  v128.store(spare, c32, 224)
  v128.store(spare, c41, 272)
  v128.store(spare, c40, 256)
  v128.store(spare, c43, 304)
  v128.store(spare, c42, 288)
  v128.store(spare, c51, 336)
  v128.store(spare, c50, 320)
  v128.store(spare, c53, 368)
  v128.store(spare, c52, 352)
}
