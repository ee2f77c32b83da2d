/*
 * Random numbers of a step: sfc32 of shared/random.ts, number for number. A tensor is filled by chunks, each from four
 * words of its own, so that threads need not wait for each other.
 */

/** Rounds after which the words of a key count as mixed. */
const mixing: i32 = 12

/** `count` random words of 32 bits from the four at `state`. */
function drawWords(state: usize, out: usize, count: i32): void {
  let a = load<u32>(state)
  let b = load<u32>(state, 4)
  let c = load<u32>(state, 8)
  let d = load<u32>(state, 12)
  for (let i = -mixing; i < count; i++) {
    const t = a + b + d
    d++
    a = b ^ (b >> 9)
    b = c + (c << 3)
    c = rotl(c, 21) + t
    if (i < 0) continue
    store<u32>(out, t)
    out += 4
  }
}

/** 0 with probability `border` / 2^32, otherwise `kept`. Items: chunks of `chunk` numbers; `states` has four words for each. */
export function dropoutMask(
  out: usize,
  states: usize,
  size: i32,
  chunk: i32,
  border: u32,
  kept: f32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const edge = i32x4.splat(border)
  const value = f32x4.splat(kept)
  for (let item = from; item < to; item++) {
    const count = min(chunk, size - item * chunk)
    let at = out + ((<usize>(item * chunk)) << 2)
    drawWords(states + ((<usize>item) << 4), at, count)
    let left = count
    for (; left >= 4; left -= 4) {
      v128.store(at, v128.and(value, i32x4.ge_u(v128.load(at), edge)))
      at += 16
    }
    for (; left > 0; left--) {
      store<f32>(at, load<u32>(at) < border ? 0 : kept)
      at += 4
    }
  }
}

/** 2^-32 */
const unit: f64 = 2.3283064365386963e-10

/**
 * mean + deviation · standard normals (Box-Muller). Items: chunks of `chunk` numbers, an even count; `states` has four
 * words for each, and the scratch room for the words of a chunk.
 */
export function normals(
  out: usize,
  states: usize,
  size: i32,
  chunk: i32,
  mean: f64,
  deviation: f64,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  for (let item = from; item < to; item++) {
    const count = min(chunk, size - item * chunk)
    let at = out + ((<usize>(item * chunk)) << 2)
    let word = scratch
    drawWords(states + ((<usize>item) << 4), word, (count + 1) & ~1)
    for (let left = count; left > 0; left -= 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - <f64>load<u32>(word) * unit)) * deviation
      const angle = 2 * Math.PI * (<f64>load<u32>(word, 4) * unit)
      store<f32>(at, <f32>(mean + radius * Math.cos(angle)))
      if (left > 1) store<f32>(at, <f32>(mean + radius * Math.sin(angle)), 4)
      word += 8
      at += 8
    }
  }
}
