import { panelColumns, panelRow } from './tile'

/**
 * Packs `inner` rows of `count` columns into a panel, zeros beyond the last column; rows and columns lie innerStep and
 * columnStep bytes apart.
 */
export function packPanel(
  source: usize,
  panel: usize,
  inner: i32,
  innerStep: usize,
  count: i32,
  columnStep: usize,
): void {
  if (columnStep == 4 && count == panelColumns) {
    for (let i = 0; i < inner; i++) {
      for (let c: usize = 0; c < <usize>panelRow; c += 16) v128.store(panel + c, v128.load(source + c))
      panel += <usize>panelRow
      source += innerStep
    }
    return
  }
  if (count < panelColumns) memory.fill(panel, 0, <usize>(inner * panelRow))
  let column = 0
  if (innerStep == 4) {
    for (; column + 4 <= count; column += 4) {
      const at = source + <usize>column * columnStep
      turnFour(at, panel + ((<usize>column) << 2), inner, columnStep)
    }
  }
  for (; column < count; column++) {
    let from = source + <usize>column * columnStep
    let to = panel + ((<usize>column) << 2)
    for (let i = 0; i < inner; i++) {
      store<f32>(to, load<f32>(from))
      from += innerStep
      to += <usize>panelRow
    }
  }
}

/** Four columns whose numbers lie beside each other, turned into rows. */
function turnFour(from: usize, to: usize, inner: i32, columnStep: usize): void {
  const b = from + columnStep
  const c = b + columnStep
  const d = c + columnStep
  const pitch = <usize>panelRow
  let i: usize = 0
  const end = (<usize>inner) << 2
  for (; i + 16 <= end; i += 16) {
    const r0 = v128.load(from + i)
    const r1 = v128.load(b + i)
    const r2 = v128.load(c + i)
    const r3 = v128.load(d + i)
    const low = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5)
    const high = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7)
    const lowOther = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5)
    const highOther = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7)
    v128.store(to, v128.shuffle<f32>(low, lowOther, 0, 1, 4, 5))
    v128.store(to + pitch, v128.shuffle<f32>(low, lowOther, 2, 3, 6, 7))
    v128.store(to + 2 * pitch, v128.shuffle<f32>(high, highOther, 0, 1, 4, 5))
    v128.store(to + 3 * pitch, v128.shuffle<f32>(high, highOther, 2, 3, 6, 7))
    to += 4 * pitch
  }
  for (; i < end; i += 4) {
    store<f32>(to, load<f32>(from + i))
    store<f32>(to, load<f32>(b + i), 4)
    store<f32>(to, load<f32>(c + i), 8)
    store<f32>(to, load<f32>(d + i), 12)
    to += pitch
  }
}

/** All panels of a right side [inner, columns]. */
export function packAll(
  source: usize,
  panels: usize,
  inner: i32,
  innerStep: usize,
  columns: i32,
  columnStep: usize,
): void {
  for (let column = 0; column < columns; column += panelColumns) {
    const count = min(panelColumns, columns - column)
    packPanel(source + <usize>column * columnStep, panels, inner, innerStep, count, columnStep)
    panels += <usize>(inner * panelRow)
  }
}
