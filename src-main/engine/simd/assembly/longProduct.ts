import { outerColumns, outerRoom, outerTile } from './gradient'
import { packPanel } from './panel'
import { panelRow } from './tile'

/** Rows of both sides that are summed at once. */
const rowBlock: i32 = 256

/**
 * Sums aᵀ · b over parts of many rows: partial [parts, aColumns, bColumns]. Each part is read once, by one thread; a panel
 * of b's rows is packed and stays in the first cache while all columns of a go by. Items: parts of `partRows` rows.
 */
export function multiplyLong(
  a: usize,
  b: usize,
  partial: usize,
  rows: i32,
  partRows: i32,
  aColumns: i32,
  bColumns: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const aPitch = (<usize>aColumns) << 2
  const bPitch = (<usize>bColumns) << 2
  const packed = scratch + <usize>outerRoom
  for (let part = from; part < to; part++) {
    const first = part * partRows
    const end = min(rows, first + partRows)
    const out = partial + <usize>part * <usize>aColumns * bPitch
    for (let start = first; start < end; start += rowBlock) {
      const count = min(rowBlock, end - start)
      for (let other = 0; other < bColumns; other += outerColumns) {
        const offset = (<usize>other) << 2
        packPanel(b + <usize>start * bPitch + offset, packed, count, bPitch, min(outerColumns, bColumns - other), 4)
        for (let column = 0; column < aColumns; column += 6) {
          outerTile(
            a + <usize>start * aPitch + ((<usize>column) << 2),
            aPitch,
            0,
            packed,
            <usize>panelRow,
            0,
            1,
            count,
            out + <usize>column * bPitch + offset,
            bPitch,
            aColumns - column,
            bColumns - other,
            start == first,
            false,
            scratch,
          )
        }
      }
    }
  }
}
