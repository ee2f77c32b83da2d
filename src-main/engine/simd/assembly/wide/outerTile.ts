import { madd } from '../simd'

/**
 * Adds rows × places places of a and b to the sums at `out`, six rows of sixteen, outPitch apart. They go on from those at
 * hand, so that it does not show where they were interrupted. For vectors of eight; see tile.ts.
 */
export function wideOuterTile(
  a: usize,
  aStep: usize,
  aJump: usize,
  b: usize,
  bStep: usize,
  bJump: usize,
  rows: i32,
  places: i32,
  out: usize,
  outPitch: usize,
): void {
  let c00 = v128.load(out)
  let c01 = v128.load(out, 16)
  let c02 = v128.load(out, 32)
  let c03 = v128.load(out, 48)
  const from1 = out + outPitch
  let c10 = v128.load(from1)
  let c11 = v128.load(from1, 16)
  let c12 = v128.load(from1, 32)
  let c13 = v128.load(from1, 48)
  const from2 = from1 + outPitch
  let c20 = v128.load(from2)
  let c21 = v128.load(from2, 16)
  let c22 = v128.load(from2, 32)
  let c23 = v128.load(from2, 48)
  const from3 = from2 + outPitch
  let c30 = v128.load(from3)
  let c31 = v128.load(from3, 16)
  let c32 = v128.load(from3, 32)
  let c33 = v128.load(from3, 48)
  const from4 = from3 + outPitch
  let c40 = v128.load(from4)
  let c41 = v128.load(from4, 16)
  let c42 = v128.load(from4, 32)
  let c43 = v128.load(from4, 48)
  const from5 = from4 + outPitch
  let c50 = v128.load(from5)
  let c51 = v128.load(from5, 16)
  let c52 = v128.load(from5, 32)
  let c53 = v128.load(from5, 48)
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
  v128.store(out, c01, 16)
  v128.store(out, c00)
  v128.store(out, c03, 48)
  v128.store(out, c02, 32)
  let to = out + outPitch
  v128.store(to, c11, 16)
  v128.store(to, c10)
  v128.store(to, c13, 48)
  v128.store(to, c12, 32)
  to = to + outPitch
  v128.store(to, c21, 16)
  v128.store(to, c20)
  v128.store(to, c23, 48)
  v128.store(to, c22, 32)
  to = to + outPitch
  v128.store(to, c31, 16)
  v128.store(to, c30)
  v128.store(to, c33, 48)
  v128.store(to, c32, 32)
  to = to + outPitch
  v128.store(to, c41, 16)
  v128.store(to, c40)
  v128.store(to, c43, 48)
  v128.store(to, c42, 32)
  to = to + outPitch
  v128.store(to, c51, 16)
  v128.store(to, c50)
  v128.store(to, c53, 48)
  v128.store(to, c52, 32)
}

/** The same over one row of places, for the four rows of sums that may be left of a multiple of eight. */
export function wideOuterTileOfFour(
  a: usize,
  aPitch: usize,
  b: usize,
  bPitch: usize,
  count: i32,
  out: usize,
  outPitch: usize,
): void {
  let c00 = v128.load(out)
  let c01 = v128.load(out, 16)
  let c02 = v128.load(out, 32)
  let c03 = v128.load(out, 48)
  const from1 = out + outPitch
  let c10 = v128.load(from1)
  let c11 = v128.load(from1, 16)
  let c12 = v128.load(from1, 32)
  let c13 = v128.load(from1, 48)
  const from2 = from1 + outPitch
  let c20 = v128.load(from2)
  let c21 = v128.load(from2, 16)
  let c22 = v128.load(from2, 32)
  let c23 = v128.load(from2, 48)
  const from3 = from2 + outPitch
  let c30 = v128.load(from3)
  let c31 = v128.load(from3, 16)
  let c32 = v128.load(from3, 32)
  let c33 = v128.load(from3, 48)
  for (let i = count; i > 0; i--) {
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
    a += aPitch
    b += bPitch
  }
  v128.store(out, c01, 16)
  v128.store(out, c00)
  v128.store(out, c03, 48)
  v128.store(out, c02, 32)
  let to = out + outPitch
  v128.store(to, c11, 16)
  v128.store(to, c10)
  v128.store(to, c13, 48)
  v128.store(to, c12, 32)
  to = to + outPitch
  v128.store(to, c21, 16)
  v128.store(to, c20)
  v128.store(to, c23, 48)
  v128.store(to, c22, 32)
  to = to + outPitch
  v128.store(to, c31, 16)
  v128.store(to, c30)
  v128.store(to, c33, 48)
  v128.store(to, c32, 32)
}
