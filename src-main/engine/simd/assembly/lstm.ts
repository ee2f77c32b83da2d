import { activate, actSigmoid, actTanh, slopeAt } from './cellActivation'
import { isMasked, keepGradient, keepState, multiplyRows, outputAt, rowRoom, rowsOf } from './recurrent'
import { loadPart, madd, put, storePart } from './simd'
import { addToOutput, tileRows } from './tile'

/*
 * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000) over all steps:
 *   i, f, o = σ(z), g = φ(z); c' = f · c + i · g; h' = o · φ(c')
 * Gates lie i f g o beside each other. A row of units is done eight at a time, in pairs (see wide/transforms.ts), the rest
 * four at a time.
 */

/** One example's step: gates activated where they stand, the carry and the state. `carry` is 0 at the first step. */
// @ts-ignore: decorator
@inline
function stepForward(
  own: usize,
  carry: usize,
  carryTo: usize,
  next: usize,
  result: usize,
  units: i32,
  inner: i32,
  gate: i32,
): void {
  const state = (<usize>units) << 2
  let u = 0
  for (; u + 8 <= units; u += 8) {
    const at = own + ((<usize>u) << 2)
    const i = activate(gate, v128.load(at))
    const iHigh = activate(gate, v128.load(at, 16))
    const f = activate(gate, v128.load(at + state))
    const fHigh = activate(gate, v128.load(at + state, 16))
    const g = activate(inner, v128.load(at + 2 * state))
    const gHigh = activate(inner, v128.load(at + 2 * state, 16))
    const o = activate(gate, v128.load(at + 3 * state))
    const oHigh = activate(gate, v128.load(at + 3 * state, 16))
    const before = carry + ((<usize>u) << 2)
    const c = madd(f, v128.load(before), f32x4.mul(i, g))
    const cHigh = madd(fHigh, v128.load(before, 16), f32x4.mul(iHigh, gHigh))
    const h = f32x4.mul(o, activate(inner, c))
    const hHigh = f32x4.mul(oHigh, activate(inner, cHigh))
    put(at, i, iHigh)
    put(at + state, f, fHigh)
    put(at + 2 * state, g, gHigh)
    put(at + 3 * state, o, oHigh)
    put(carryTo + ((<usize>u) << 2), c, cHigh)
    if (next != 0) put(next + ((<usize>u) << 2), h, hHigh)
    if (result != 0) put(result + ((<usize>u) << 2), h, hHigh)
  }
  for (; u < units; u += 4) {
    const offset = (<usize>u) << 2
    const left = units - u
    const at = own + offset
    const i = activate(gate, loadPart(at, left))
    const f = activate(gate, loadPart(at + state, left))
    const g = activate(inner, loadPart(at + 2 * state, left))
    const o = activate(gate, loadPart(at + 3 * state, left))
    const c = madd(f, loadPart(carry + offset, left), f32x4.mul(i, g))
    const h = f32x4.mul(o, activate(inner, c))
    storePart(at, i, left)
    storePart(at + state, f, left)
    storePart(at + 2 * state, g, left)
    storePart(at + 3 * state, o, left)
    storePart(carryTo + offset, c, left)
    if (next != 0) storePart(next + offset, h, left)
    if (result != 0) storePart(result + offset, h, left)
  }
}

/**
 * z [batch, steps, 4 units] holds the input products and is left as it is; `gates` takes what becomes of it, `carries`
 * [batch, steps, units] every c'. Items: six examples; each needs memory for a state of zeros.
 */
export function lstmForward(
  z: usize,
  gates: usize,
  panels: usize,
  previous: usize,
  carries: usize,
  mask: usize,
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
  const example = <usize>steps * state
  const zeros = scratch + rowRoom
  memory.fill(zeros, 0, state)
  for (let item = from; item < to; item++) {
    const first = <usize>(item * tileRows)
    const count = rowsOf(item, batch)
    for (let step = 0; step < steps; step++) {
      const place = first * example + <usize>step * state
      for (let row = 0; row < count; row++) {
        const at = place + <usize>row * example
        memory.copy(gates + (at << 2), z + (at << 2), state << 2)
        if (step == 0) memory.fill(previous + at, 0, state)
      }
      if (step > 0) {
        const own = gates + (place << 2)
        const rows = previous + place
        multiplyRows(rows, example, units, panels, own, example << 2, units << 2, count, addToOutput, scratch)
      }
      for (let row = 0; row < count; row++) {
        const at = place + <usize>row * example
        const own = gates + (at << 2)
        const carry = step == 0 ? zeros : carries + at - state
        const next = step < steps - 1 ? previous + at + state : 0
        const result = outputAt(out + (first + <usize>row) * outPitch, outStep, step, steps)
        if (isMasked(mask, first + <usize>row, step, steps)) {
          memory.copy(carries + at, carry, state)
          keepState(previous + at, next, result, state)
        } else if (inner == actTanh && gate == actSigmoid) {
          stepForward(own, carry, carries + at, next, result, units, actTanh, actSigmoid)
        } else {
          stepForward(own, carry, carries + at, next, result, units, inner, gate)
        }
      }
    }
  }
}

/** One example's step back: dz from the gradients of state and carry, of which that of the carry goes on. */
// @ts-ignore: decorator
@inline
function stepBackward(
  own: usize,
  carry: usize,
  before: usize,
  dState: usize,
  dResult: usize,
  dCarry: usize,
  slopes: usize,
  units: i32,
  inner: i32,
  gate: i32,
): void {
  const state = (<usize>units) << 2
  let u = 0
  for (; u + 8 <= units; u += 8) {
    const offset = (<usize>u) << 2
    const at = own + offset
    const i = v128.load(at)
    const iHigh = v128.load(at, 16)
    const f = v128.load(at + state)
    const fHigh = v128.load(at + state, 16)
    const g = v128.load(at + 2 * state)
    const gHigh = v128.load(at + 2 * state, 16)
    const o = v128.load(at + 3 * state)
    const oHigh = v128.load(at + 3 * state, 16)
    const lit = activate(inner, v128.load(carry + offset))
    const litHigh = activate(inner, v128.load(carry + offset, 16))
    const dh = f32x4.add(v128.load(dState + offset), v128.load(dResult + offset))
    const dhHigh = f32x4.add(v128.load(dState + offset, 16), v128.load(dResult + offset, 16))
    const dc = madd(f32x4.mul(dh, o), slopeAt(inner, lit), v128.load(dCarry + offset))
    const dcHigh = madd(f32x4.mul(dhHigh, oHigh), slopeAt(inner, litHigh), v128.load(dCarry + offset, 16))
    const c = v128.load(before + offset)
    const cHigh = v128.load(before + offset, 16)
    const to = slopes + offset
    put(to, f32x4.mul(f32x4.mul(dc, g), slopeAt(gate, i)), f32x4.mul(f32x4.mul(dcHigh, gHigh), slopeAt(gate, iHigh)))
    const toF = to + state
    put(toF, f32x4.mul(f32x4.mul(dc, c), slopeAt(gate, f)), f32x4.mul(f32x4.mul(dcHigh, cHigh), slopeAt(gate, fHigh)))
    const toG = to + 2 * state
    put(toG, f32x4.mul(f32x4.mul(dc, i), slopeAt(inner, g)), f32x4.mul(f32x4.mul(dcHigh, iHigh), slopeAt(inner, gHigh)))
    const toO = to + 3 * state
    put(toO, f32x4.mul(f32x4.mul(dh, lit), slopeAt(gate, o)), f32x4.mul(f32x4.mul(dhHigh, litHigh), slopeAt(gate, oHigh)))
    put(dCarry + offset, f32x4.mul(dc, f), f32x4.mul(dcHigh, fHigh))
  }
  for (; u < units; u += 4) {
    const offset = (<usize>u) << 2
    const left = units - u
    const at = own + offset
    const i = loadPart(at, left)
    const f = loadPart(at + state, left)
    const g = loadPart(at + 2 * state, left)
    const o = loadPart(at + 3 * state, left)
    const lit = activate(inner, loadPart(carry + offset, left))
    const dh = f32x4.add(loadPart(dState + offset, left), loadPart(dResult + offset, left))
    const dc = madd(f32x4.mul(dh, o), slopeAt(inner, lit), loadPart(dCarry + offset, left))
    const to = slopes + offset
    storePart(to, f32x4.mul(f32x4.mul(dc, g), slopeAt(gate, i)), left)
    const c = loadPart(before + offset, left)
    storePart(to + state, f32x4.mul(f32x4.mul(dc, c), slopeAt(gate, f)), left)
    storePart(to + 2 * state, f32x4.mul(f32x4.mul(dc, i), slopeAt(inner, g)), left)
    storePart(to + 3 * state, f32x4.mul(f32x4.mul(dh, lit), slopeAt(gate, o)), left)
    storePart(dCarry + offset, f32x4.mul(dc, f), left)
  }
}

/**
 * The gradient dz [batch, steps, 4 units] of the input products, from that of the outputs. The panels are those of the
 * recurrent kernel transposed. Items: six examples; each needs memory for two states of its examples and one of zeros.
 */
export function lstmBackward(
  gates: usize,
  panels: usize,
  carries: usize,
  mask: usize,
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
  const zeros = dCarries + <usize>tileRows * state
  for (let item = from; item < to; item++) {
    const first = <usize>(item * tileRows)
    const count = rowsOf(item, batch)
    memory.fill(dStates, 0, 2 * <usize>tileRows * state + state)
    for (let step = steps - 1; step >= 0; step--) {
      const place = first * example + <usize>step * state
      for (let row = 0; row < count; row++) {
        const at = place + <usize>row * example
        const own = gates + (at << 2)
        const slopes = dz + (at << 2)
        const before = step == 0 ? zeros : carries + at - state
        const given = outputAt(dOut + (first + <usize>row) * outPitch, outStep, step, steps)
        const dResult = given == 0 ? zeros : given
        const dState = dStates + <usize>row * state
        const dCarry = dCarries + <usize>row * state
        if (isMasked(mask, first + <usize>row, step, steps)) {
          keepGradient(dState, given, units, slopes, state << 2)
          continue
        }
        if (inner == actTanh && gate == actSigmoid) {
          stepBackward(own, carries + at, before, dState, dResult, dCarry, slopes, units, actTanh, actSigmoid)
        } else {
          stepBackward(own, carries + at, before, dState, dResult, dCarry, slopes, units, inner, gate)
        }
        if (mask != 0) memory.fill(dState, 0, state)
      }
      if (step > 0) {
        const slopes = dz + (place << 2)
        const mode = mask == 0 ? 0 : addToOutput
        multiplyRows(slopes, example << 2, units << 2, panels, dStates, state, units, count, mode, scratch)
      }
    }
  }
}
