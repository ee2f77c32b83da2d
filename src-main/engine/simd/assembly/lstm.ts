import { activate, slope } from './cellActivation'
import { multiplyRows, outputSlope, putState, rowRoom, rowsOf } from './recurrent'
import { loadPart, madd, storePart } from './simd'
import { addToOutput, tileRows } from './tile'

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000) over all steps:
 *   i, f, o = σ(z), g = φ(z); c' = f · c + i · g; h' = o · φ(c')
 * z [batch, steps, 4 units] holds the input products, i f g o beside each other, and is left as it is; `gates` takes what
 * becomes of it. Items: six examples.
 */
export function lstmForward(
  z: usize,
  gates: usize,
  panels: usize,
  previous: usize,
  carries: usize,
  out: usize,
  outPitch: usize,
  outStep: usize,
  batch: i32,
  steps: i32,
  units: i32,
  inner: i32,
  gate: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const state = (<usize>units) << 2
  const wide = state << 2
  const example = <usize>steps * state
  for (let item = from; item < to; item++) {
    const first = <usize>(item * tileRows)
    const count = rowsOf(item, batch)
    for (let step = 0; step < steps; step++) {
      const place = first * example + <usize>step * state
      for (let row = 0; row < count; row++) {
        const at = (place + <usize>row * example) << 2
        memory.copy(gates + at, z + at, wide)
      }
      if (step == 0) for (let row = 0; row < count; row++) memory.fill(previous + place + <usize>row * example, 0, state)
      else
        multiplyRows(
          previous + place,
          example,
          units,
          panels,
          gates + (place << 2),
          example << 2,
          units << 2,
          count,
          addToOutput,
          scratch,
        )
      for (let row = 0; row < count; row++) {
        const at = place + <usize>row * example
        const own = gates + (at << 2)
        const result = out + (first + <usize>row) * outPitch
        for (let u = 0; u < units; u += 4) {
          const offset = (<usize>u) << 2
          const left = units - u
          const i = activate(gate, loadPart(own + offset, left))
          const f = activate(gate, loadPart(own + state + offset, left))
          const g = activate(inner, loadPart(own + 2 * state + offset, left))
          const o = activate(gate, loadPart(own + 3 * state + offset, left))
          storePart(own + offset, i, left)
          storePart(own + state + offset, f, left)
          storePart(own + 2 * state + offset, g, left)
          storePart(own + 3 * state + offset, o, left)
          let c = f32x4.mul(i, g)
          if (step > 0) c = madd(f, loadPart(carries + at - state + offset, left), c)
          storePart(carries + at + offset, c, left)
          const h = f32x4.mul(o, activate(inner, c))
          putState(h, previous + at + state, result, outStep, step, steps, offset, left)
        }
      }
    }
  }
}

/**
 * The gradient dz [batch, steps, 4 units] of the input products, from that of the outputs. The panels are those of the
 * recurrent kernel transposed. Items: six examples; each needs memory for two states of its examples.
 */
export function lstmBackward(
  gates: usize,
  panels: usize,
  carries: usize,
  dOut: usize,
  outPitch: usize,
  outStep: usize,
  dz: usize,
  batch: i32,
  steps: i32,
  units: i32,
  inner: i32,
  gate: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const state = (<usize>units) << 2
  const example = <usize>steps * state
  const dStates = scratch + rowRoom
  const dCarries = dStates + <usize>tileRows * state
  for (let item = from; item < to; item++) {
    const first = <usize>(item * tileRows)
    const count = rowsOf(item, batch)
    memory.fill(dStates, 0, 2 * <usize>tileRows * state)
    for (let step = steps - 1; step >= 0; step--) {
      const place = first * example + <usize>step * state
      for (let row = 0; row < count; row++) {
        const at = place + <usize>row * example
        const own = gates + (at << 2)
        const slopes = dz + (at << 2)
        const result = dOut + (first + <usize>row) * outPitch
        for (let u = 0; u < units; u += 4) {
          const offset = (<usize>u) << 2
          const left = units - u
          const i = loadPart(own + offset, left)
          const f = loadPart(own + state + offset, left)
          const g = loadPart(own + 2 * state + offset, left)
          const o = loadPart(own + 3 * state + offset, left)
          const lit = activate(inner, loadPart(carries + at + offset, left))
          const stateAt = <usize>row * state + offset
          const dh = f32x4.add(
            loadPart(dStates + stateAt, left),
            outputSlope(result, outStep, step, steps, offset, left),
          )
          const dc = madd(
            f32x4.mul(dh, o),
            slope(inner, lit),
            loadPart(dCarries + stateAt, left),
          )
          let before = f32x4.splat(0)
          if (step > 0) before = loadPart(carries + at - state + offset, left)
          storePart(slopes + offset, f32x4.mul(f32x4.mul(dc, g), slope(gate, i)), left)
          storePart(slopes + state + offset, f32x4.mul(f32x4.mul(dc, before), slope(gate, f)), left)
          storePart(slopes + 2 * state + offset, f32x4.mul(f32x4.mul(dc, i), slope(inner, g)), left)
          storePart(slopes + 3 * state + offset, f32x4.mul(f32x4.mul(dh, lit), slope(gate, o)), left)
          storePart(dCarries + stateAt, f32x4.mul(dc, f), left)
        }
      }
      if (step > 0) {
        const slopes = dz + (place << 2)
        multiplyRows(slopes, example << 2, units << 2, panels, dStates, state, units, count, 0, scratch)
      }
    }
  }
}
