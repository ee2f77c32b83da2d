import { activateRow, slopeAt } from './cellActivation'
import { isMasked, keepGradient, keepState, multiplyRows, outputAt, rowRoom, rowsOf } from './recurrent'
import { loadUpTo, madd, storeUpTo } from './simd'
import { addToOutput, tileRows } from './tile'

/*
 * Gated recurrent units over all steps, with the reset gate before the recurrent product of the new state (Cho et al.
 * 2014), or behind it as Keras presets it, where that product has a bias b of its own:
 *   before: v, r = σ(z + h · R); n = φ(z + (r · h) · Rₙ); h' = v · h + (1 - v) · n
 *   after:  v, r = σ(z + h · R); n = φ(z + r · (h · Rₙ + b)); h' = v · h + (1 - v) · n
 * z [batch, steps, 3 units] holds the input products, v r n beside each other, and is left as it is; `gates` takes what
 * becomes of it, and `kept` [batch, steps, units] what the gradient needs: r · h, or h · Rₙ + b. Items: six examples.
 */

// @ts-ignore: decorator
@inline
function forward(
  after: boolean,
  z: usize,
  gates: usize,
  panels: usize,
  newPanels: usize,
  previous: usize,
  kept: usize,
  bias: usize,
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
  const wide = 3 * state
  const example = <usize>steps * state
  for (let item = from; item < to; item++) {
    const first = <usize>(item * tileRows)
    const count = rowsOf(item, batch)
    for (let step = 0; step < steps; step++) {
      const place = first * example + <usize>step * state
      const own = gates + 3 * place
      for (let row = 0; row < count; row++) {
        const at = 3 * (place + <usize>row * example)
        memory.copy(gates + at, z + at, wide)
        if (step == 0) memory.fill(previous + place + <usize>row * example, 0, state)
      }
      if (step > 0) {
        multiplyRows(
          previous + place,
          example,
          units,
          panels,
          own,
          3 * example,
          units << 1,
          count,
          addToOutput,
          scratch,
        )
      }
      for (let row = 0; row < count; row++) {
        const at = place + <usize>row * example
        const row0 = own + 3 * <usize>row * example
        activateRow(gate, row0, units << 1)
        for (let u = 0; !after && u < units; u += 4) {
          const offset = (<usize>u) << 2
          const left = units - u
          const r = loadUpTo(row0 + state + offset, left)
          storeUpTo(kept + at + offset, f32x4.mul(r, loadUpTo(previous + at + offset, left)), left)
        }
        if (after) memory.copy(kept + at, bias, state)
      }
      if (step > 0) {
        multiplyRows(
          (after ? previous : kept) + place,
          example,
          units,
          newPanels,
          after ? kept + place : own + 2 * state,
          after ? example : 3 * example,
          units,
          count,
          addToOutput,
          scratch,
        )
      }
      for (let row = 0; row < count; row++) {
        const at = place + <usize>row * example
        const row0 = own + 3 * <usize>row * example
        const result = outputAt(out + (first + <usize>row) * outPitch, outStep, step, steps)
        if (isMasked(mask, first + <usize>row, step, steps)) {
          keepState(previous + at, step < steps - 1 ? previous + at + state : 0, result, state)
          continue
        }
        const row3 = row0 + 2 * state
        for (let u = 0; after && u < units; u += 4) {
          const offset = (<usize>u) << 2
          const left = units - u
          const added = loadUpTo(kept + at + offset, left)
          const sum = madd(loadUpTo(row0 + state + offset, left), added, loadUpTo(row3 + offset, left))
          storeUpTo(row3 + offset, sum, left)
        }
        activateRow(inner, row3, units)
        for (let u = 0; u < units; u += 4) {
          const offset = (<usize>u) << 2
          const left = units - u
          const n = loadUpTo(row3 + offset, left)
          const before = loadUpTo(previous + at + offset, left)
          const h = madd(loadUpTo(row0 + offset, left), f32x4.sub(before, n), n)
          if (step < steps - 1) storeUpTo(previous + at + state + offset, h, left)
          if (result != 0) storeUpTo(result + offset, h, left)
        }
      }
    }
  }
}

export function gruForward(
  z: usize,
  gates: usize,
  panels: usize,
  newPanels: usize,
  previous: usize,
  kept: usize,
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
  forward(false, z, gates, panels, newPanels, previous, kept, 0, mask, out, outPitch, outStep, batch, steps, units, inner, gate, scratch, from, to)
}

/** @param bias [units] of the recurrent product of the new state */
export function gruAfterForward(
  z: usize,
  gates: usize,
  panels: usize,
  newPanels: usize,
  previous: usize,
  kept: usize,
  bias: usize,
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
  forward(true, z, gates, panels, newPanels, previous, kept, bias, mask, out, outPitch, outStep, batch, steps, units, inner, gate, scratch, from, to)
}

/*
 * The gradient dz [batch, steps, 3 units] of the input products, from that of the outputs, and where the reset gate comes
 * after it dProduct [batch, steps, units] of the recurrent product of the new state. The panels are those of the
 * recurrent kernel transposed. Items: six examples; each needs memory for two states of its examples.
 */

// @ts-ignore: decorator
@inline
function backward(
  after: boolean,
  gates: usize,
  panels: usize,
  newPanels: usize,
  previous: usize,
  kept: usize,
  mask: usize,
  dOut: usize,
  outPitch: usize,
  outStep: usize,
  dz: usize,
  dProduct: usize,
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
  const dReset = dStates + <usize>tileRows * state
  for (let item = from; item < to; item++) {
    const first = <usize>(item * tileRows)
    const count = rowsOf(item, batch)
    memory.fill(dStates, 0, <usize>tileRows * state)
    for (let step = steps - 1; step >= 0; step--) {
      const place = first * example + <usize>step * state
      const slopes = dz + 3 * place
      for (let row = 0; row < count; row++) {
        const at = place + <usize>row * example
        const own = gates + 3 * at
        const row0 = dz + 3 * at
        const dResult = outputAt(dOut + (first + <usize>row) * outPitch, outStep, step, steps)
        if (isMasked(mask, first + <usize>row, step, steps)) {
          keepGradient(dStates + <usize>row * state, dResult, units, row0, 3 * state)
          if (after) memory.fill(dProduct + at, 0, state)
          continue
        }
        for (let u = 0; u < units; u += 4) {
          const offset = (<usize>u) << 2
          const left = units - u
          const v = loadUpTo(own + offset, left)
          const n = loadUpTo(own + 2 * state + offset, left)
          const stateAt = dStates + <usize>row * state + offset
          const dh = f32x4.add(loadUpTo(stateAt, left), dResult == 0 ? f32x4.splat(0) : loadUpTo(dResult + offset, left))
          const before = loadUpTo(previous + at + offset, left)
          const dv = f32x4.mul(f32x4.mul(dh, f32x4.sub(before, n)), slopeAt(gate, v))
          const dn = f32x4.mul(f32x4.mul(dh, f32x4.sub(f32x4.splat(1), v)), slopeAt(inner, n))
          storeUpTo(row0 + offset, dv, left)
          storeUpTo(row0 + 2 * state + offset, dn, left)
          storeUpTo(stateAt, f32x4.mul(dh, v), left)
          if (after) {
            const r = loadUpTo(own + state + offset, left)
            const dr = f32x4.mul(dn, loadUpTo(kept + at + offset, left))
            storeUpTo(row0 + state + offset, f32x4.mul(dr, slopeAt(gate, r)), left)
            storeUpTo(dProduct + at + offset, f32x4.mul(dn, r), left)
          }
        }
      }
      if (!after) {
        multiplyRows(slopes + 2 * state, 3 * example, units, newPanels, dReset, state, units, count, 0, scratch)
      }
      for (let row = 0; !after && row < count; row++) {
        if (isMasked(mask, first + <usize>row, step, steps)) continue
        const at = place + <usize>row * example
        for (let u = 0; u < units; u += 4) {
          const offset = (<usize>u) << 2
          const left = units - u
          const r = loadUpTo(gates + 3 * at + state + offset, left)
          const dr = loadUpTo(dReset + <usize>row * state + offset, left)
          const before = loadUpTo(previous + at + offset, left)
          storeUpTo(dz + 3 * at + state + offset, f32x4.mul(f32x4.mul(dr, before), slopeAt(gate, r)), left)
          const stateAt = dStates + <usize>row * state + offset
          storeUpTo(stateAt, madd(dr, r, loadUpTo(stateAt, left)), left)
        }
      }
      if (step > 0) {
        multiplyRows(slopes, 3 * example, units << 1, panels, dStates, state, units, count, addToOutput, scratch)
        if (after) {
          const product = dProduct + place
          multiplyRows(product, example, units, newPanels, dStates, state, units, count, addToOutput, scratch)
        }
      }
    }
  }
}

export function gruBackward(
  gates: usize,
  panels: usize,
  newPanels: usize,
  previous: usize,
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
  backward(false, gates, panels, newPanels, previous, 0, mask, dOut, outPitch, outStep, dz, 0, batch, steps, units, inner, gate, scratch, from, to)
}

export function gruAfterBackward(
  gates: usize,
  panels: usize,
  newPanels: usize,
  previous: usize,
  kept: usize,
  mask: usize,
  dOut: usize,
  outPitch: usize,
  outStep: usize,
  dz: usize,
  dProduct: usize,
  batch: i32,
  steps: i32,
  units: i32,
  inner: i32,
  gate: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  backward(true, gates, panels, newPanels, previous, kept, mask, dOut, outPitch, outStep, dz, dProduct, batch, steps, units, inner, gate, scratch, from, to)
}
