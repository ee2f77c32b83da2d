import { activateRow, slopeAt } from './cellActivation'
import { isMasked, keepGradient, keepState, multiplyRows, outputAt, rowRoom, rowsOf } from './recurrent'
import { loadUpTo, storeUpTo } from './simd'
import { addToOutput, tileRows } from './tile'

/**
 * A plain recurrent layer (Elman 1990) over all steps: h' = φ(z + h · R). z [batch, steps, units] holds the input products
 * and is left as it is; `states` takes every h'. Items: six examples.
 */
export function simpleForward(
  z: usize,
  states: usize,
  panels: usize,
  previous: usize,
  mask: usize,
  out: usize,
  outPitch: usize,
  outStep: usize,
  batch: i32,
  steps: i32,
  units: i32,
  inner: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const state = (<usize>units) << 2
  const example = <usize>steps * state
  for (let item = from; item < to; item++) {
    const first = <usize>(item * tileRows)
    const count = rowsOf(item, batch)
    for (let step = 0; step < steps; step++) {
      const place = first * example + <usize>step * state
      for (let row = 0; row < count; row++) {
        const at = place + <usize>row * example
        memory.copy(states + at, z + at, state)
        if (step == 0) memory.fill(previous + at, 0, state)
      }
      if (step > 0) {
        const target = states + place
        multiplyRows(
          previous + place,
          example,
          units,
          panels,
          target,
          example,
          units,
          count,
          addToOutput,
          scratch,
        )
      }
      for (let row = 0; row < count; row++) {
        const at = place + <usize>row * example
        const result = outputAt(out + (first + <usize>row) * outPitch, outStep, step, steps)
        if (isMasked(mask, first + <usize>row, step, steps)) {
          keepState(previous + at, step < steps - 1 ? previous + at + state : 0, result, state)
          continue
        }
        activateRow(inner, states + at, units)
        keepState(states + at, step < steps - 1 ? previous + at + state : 0, result, state)
      }
    }
  }
}

/**
 * The gradient dz [batch, steps, units] of the input products, from that of the outputs. The panels are those of the
 * recurrent kernel transposed. Items: six examples; each needs memory for a state of its examples.
 */
export function simpleBackward(
  states: usize,
  panels: usize,
  mask: usize,
  dOut: usize,
  outPitch: usize,
  outStep: usize,
  dz: usize,
  batch: i32,
  steps: i32,
  units: i32,
  inner: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const state = (<usize>units) << 2
  const example = <usize>steps * state
  const dStates = scratch + rowRoom
  for (let item = from; item < to; item++) {
    const first = <usize>(item * tileRows)
    const count = rowsOf(item, batch)
    memory.fill(dStates, 0, <usize>tileRows * state)
    for (let step = steps - 1; step >= 0; step--) {
      const place = first * example + <usize>step * state
      for (let row = 0; row < count; row++) {
        const at = place + <usize>row * example
        const dResult = outputAt(dOut + (first + <usize>row) * outPitch, outStep, step, steps)
        const dState = dStates + <usize>row * state
        if (isMasked(mask, first + <usize>row, step, steps)) {
          keepGradient(dState, dResult, units, dz + at, state)
          continue
        }
        for (let u = 0; u < units; u += 4) {
          const offset = (<usize>u) << 2
          const left = units - u
          const dh = f32x4.add(
            loadUpTo(dState + offset, left),
            dResult == 0 ? f32x4.splat(0) : loadUpTo(dResult + offset, left),
          )
          storeUpTo(
            dz + at + offset,
            f32x4.mul(dh, slopeAt(inner, loadUpTo(states + at + offset, left))),
            left,
          )
        }
        if (mask != 0) memory.fill(dState, 0, state)
      }
      if (step > 0) {
        const mode = mask == 0 ? 0 : addToOutput
        multiplyRows(dz + place, example, units, panels, dStates, state, units, count, mode, scratch)
      }
    }
  }
}
