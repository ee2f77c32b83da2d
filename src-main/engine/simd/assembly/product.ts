import { packPanel } from './panel'
import { addToOutput, panelColumns, panelRow, tile, tileRows } from './tile'

/**
 * Packs a right side of rows (tapRow, tapColumn, inner) and `columns` columns into panels: for each panel all rows in
 * order, each as panelColumns numbers, zeros beyond the last column. Items: panels.
 */
export function packPanels(
  source: usize,
  panels: usize,
  tapRows: i32,
  tapRowStep: i32,
  tapColumns: i32,
  tapColumnStep: i32,
  inner: i32,
  innerStep: i32,
  columns: i32,
  columnStep: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const panelBytes = <usize>(tapRows * tapColumns * inner * panelRow)
  for (let p = from; p < to; p++) {
    let out = panels + <usize>p * panelBytes
    const first = p * panelColumns
    const count = min(panelColumns, columns - first)
    const start = source + <usize>(first * columnStep)
    for (let r = 0; r < tapRows; r++) {
      for (let s = 0; s < tapColumns; s++) {
        const at = start + <usize>(r * tapRowStep + s * tapColumnStep)
        packPanel(at, out, inner, <usize>innerStep, count, <usize>columnStep)
        out += <usize>(inner * panelRow)
      }
    }
  }
}

/** Row tiles that one item of `multiply` takes: their rows stay in the second cache while the panels pass. */
const blockTiles: i32 = 16
/** Numbers of a panel's column that stay in the first cache. */
const depthBlock: i32 = 1024

/**
 * out [rows, columns] = a [rows, depth] · panels, with bias and ReLU as `mode` says. Items: blocks of rows × panels,
 * the panel changing fastest.
 */
export function multiply(
  a: usize,
  aPitch: usize,
  panels: usize,
  out: usize,
  rows: i32,
  depth: i32,
  columns: i32,
  bias: usize,
  mode: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const panelCount = (columns + panelColumns - 1) / panelColumns
  const outPitch = (<usize>columns) << 2
  for (let item = from; item < to; item++) {
    const panel = item % panelCount
    const firstRow = (item / panelCount) * blockTiles * tileRows
    const lastRow = min(rows, firstRow + blockTiles * tileRows)
    const width = min(panelColumns, columns - panel * panelColumns)
    const panelStart = panels + <usize>(panel * depth * panelRow)
    for (let k = 0; k < depth; k += depthBlock) {
      const run = min(depthBlock, depth - k)
      let own = mode & ~addToOutput
      if (k > 0) own = own | addToOutput
      if (k + run < depth) own = own & addToOutput
      for (let row = firstRow; row < lastRow; row += tileRows) {
        const count = min(tileRows, lastRow - row)
        for (let i = 0; i < count; i++) {
          store<u32>(scratch + ((<usize>i) << 2), <u32>(out + <usize>(row + i) * outPitch))
        }
        const a0 = a + <usize>row * aPitch + ((<usize>k) << 2)
        tile(
          a0,
          a0 + <usize>min(1, count - 1) * aPitch,
          a0 + <usize>min(2, count - 1) * aPitch,
          a0 + <usize>min(3, count - 1) * aPitch,
          a0 + <usize>min(4, count - 1) * aPitch,
          a0 + <usize>min(5, count - 1) * aPitch,
          1,
          run,
          0,
          panelStart + <usize>(k * panelRow),
          scratch,
          <usize>(panel * panelRow),
          count,
          width,
          bias,
          own,
        )
      }
    }
  }
}
