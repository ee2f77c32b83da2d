import { loadPart, storePart } from './simd'
import { panelColumns, panelRow, tile, tileRows } from './tile'

/*
 * What the cells of recurrent networks share. Examples do not depend on each other, so an item is six of them, the rows
 * of one tile, through all steps: no thread waits for another between two steps. The recurrent kernel is packed in
 * panels beforehand, and stays in the second cache.
 *
 *   x [batch, steps, inputs] ─► one product ─► z [batch, steps, gates] ─► item: 6 examples, step 0 1 2 3 ...
 *
 * All tensors are batch-major, `previous` [batch, steps, units] holds the state before each step: with it the gradient of
 * the recurrent kernel is one product over all steps.
 */

/** Bytes of a thread's memory that `multiplyRows` needs; what lies behind is the cell's own. */
export const rowRoom: usize = 512

/**
 * Rows [count, depth], rowPitch bytes apart, times packed panels, to `columns` columns of rows that lie outPitch apart.
 * @param mode of the tile
 */
export function multiplyRows(
  rows: usize,
  rowPitch: usize,
  depth: i32,
  panels: usize,
  out: usize,
  outPitch: usize,
  columns: i32,
  count: i32,
  mode: i32,
  scratch: usize,
): void {
  for (let i = 0; i < count; i++) store<u32>(scratch + ((<usize>i) << 2), <u32>(out + <usize>i * outPitch))
  const panelBytes = <usize>(depth * panelRow)
  let panel = panels
  for (let column = 0; column < columns; column += panelColumns) {
    tile(
      rows,
      rows + <usize>min(1, count - 1) * rowPitch,
      rows + <usize>min(2, count - 1) * rowPitch,
      rows + <usize>min(3, count - 1) * rowPitch,
      rows + <usize>min(4, count - 1) * rowPitch,
      rows + <usize>min(5, count - 1) * rowPitch,
      1,
      depth,
      0,
      panel,
      scratch,
      (<usize>column) << 2,
      count,
      min(panelColumns, columns - column),
      0,
      mode,
    )
    panel += panelBytes
  }
}

/** Examples of an item. */
// @ts-ignore: decorator
@inline
export function rowsOf(item: i32, batch: i32): i32 {
  return min(tileRows, batch - item * tileRows)
}

/**
 * Where a step's states go, or their gradients come from: [batch, steps, units], or the last step's alone if outStep is 0.
 * @returns 0 for a step that has none
 */
// @ts-ignore: decorator
@inline
export function outputAt(out: usize, outStep: usize, step: i32, steps: i32): usize {
  return outStep != 0 || step == steps - 1 ? out + <usize>step * outStep : 0
}

/*
 * A step that is masked for an example keeps the state of the step before and gives it out once more (Keras' rnn, as tfjs
 * has it). `mask` [batch, steps] holds 0 for such steps; where there is none its address is 0. What a kernel computes of a
 * masked step is thrown away; gradients go by it to the step before.
 */

// @ts-ignore: decorator
@inline
export function isMasked(mask: usize, example: usize, step: i32, steps: i32): bool {
  return mask != 0 && load<f32>(mask + ((example * <usize>steps + <usize>step) << 2)) == 0
}

/** The state before a step becomes the one after it. @param next where that goes, and the result: 0 for nowhere */
export function keepState(before: usize, next: usize, result: usize, bytes: usize): void {
  if (next != 0) memory.copy(next, before, bytes)
  if (result != 0) memory.copy(result, before, bytes)
}

/** The gradient of a kept state and of its result are that of the state before; `slopes` of the step are zeros. */
export function keepGradient(
  dState: usize,
  dResult: usize,
  units: i32,
  slopes: usize,
  slopeBytes: usize,
): void {
  memory.fill(slopes, 0, slopeBytes)
  if (dResult == 0) return
  for (let u = 0; u < units; u += 4) {
    const offset = (<usize>u) << 2
    const left = units - u
    storePart(dState + offset, f32x4.add(loadPart(dState + offset, left), loadPart(dResult + offset, left)), left)
  }
}
