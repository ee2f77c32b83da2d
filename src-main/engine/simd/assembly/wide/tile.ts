import { madd } from '../simd'

/*
 * The tile of ../tile.ts for vectors of eight: six rows by sixteen columns, written in pairs (see transforms.ts).
 * Twelve sums, two vectors of the right side and one number of the left are the fifteen registers that the compiler
 * leaves us: one number of depth at a time, or it would not keep the sums in them.
 */

/** As `tile`; `spare` is room for a tile, 384 bytes. */
export function wideTile(
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  a4: usize,
  a5: usize,
  taps: i32,
  run: i32,
  pitch: usize,
  panel: usize,
  spare: usize,
): void {
  const zero = f32x4.splat(0)
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
  const jump = pitch - ((<usize>run) << 2)
  for (let t = taps; t > 0; t--) {
    for (let k = run; k > 0; k--) {
      const b0 = v128.load(panel)
      const b1 = v128.load(panel, 16)
      const b2 = v128.load(panel, 32)
      const b3 = v128.load(panel, 48)
      let a = v128.load32_splat(a0)
      c00 = madd(a, b0, c00)
      c01 = madd(a, b1, c01)
      c02 = madd(a, b2, c02)
      c03 = madd(a, b3, c03)
      a = v128.load32_splat(a1)
      c10 = madd(a, b0, c10)
      c11 = madd(a, b1, c11)
      c12 = madd(a, b2, c12)
      c13 = madd(a, b3, c13)
      a = v128.load32_splat(a2)
      c20 = madd(a, b0, c20)
      c21 = madd(a, b1, c21)
      c22 = madd(a, b2, c22)
      c23 = madd(a, b3, c23)
      a = v128.load32_splat(a3)
      c30 = madd(a, b0, c30)
      c31 = madd(a, b1, c31)
      c32 = madd(a, b2, c32)
      c33 = madd(a, b3, c33)
      a = v128.load32_splat(a4)
      c40 = madd(a, b0, c40)
      c41 = madd(a, b1, c41)
      c42 = madd(a, b2, c42)
      c43 = madd(a, b3, c43)
      a = v128.load32_splat(a5)
      c50 = madd(a, b0, c50)
      c51 = madd(a, b1, c51)
      c52 = madd(a, b2, c52)
      c53 = madd(a, b3, c53)
      panel += 64
      a0 += 4
      a1 += 4
      a2 += 4
      a3 += 4
      a4 += 4
      a5 += 4
    }
    a0 += jump
    a1 += jump
    a2 += jump
    a3 += jump
    a4 += jump
    a5 += jump
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
