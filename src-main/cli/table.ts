import Table from 'cli-table3'
import { oneLine } from './files.ts'

export interface Column {
  readonly head: string
  readonly align?: 'left' | 'right'
  /** Shrinks first, down to this many characters, when the terminal is too narrow. */
  readonly shrinkTo?: number
}

const padding = 2

/**
 * A table no wider than `width`: columns marked `shrinkTo` give way first, the rightmost of the others are left out last,
 * so that the first columns (which name the row) always stay whole.
 */
export function table(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  width: number,
): string {
  const rows = cells.map((row) => row.map(oneLine))
  const natural = columns.map((column, i) =>
    Math.max(column.head.length, ...rows.map((row) => [...(row[i] ?? '')].length)),
  )
  const shown = fit(columns, natural, width)
  const drawn = new Table({
    head: shown.map(({ index }) => columns[index]?.head ?? ''),
    colWidths: shown.map(({ size }) => size + padding),
    colAligns: shown.map(({ index }) => columns[index]?.align ?? 'left'),
    style: { head: [], border: [] },
    chars: plainLines,
  })
  for (const row of rows) drawn.push(shown.map(({ index }) => row[index] ?? ''))
  // The library rules off every row or none; only the head wants a rule.
  const [top = '', head = '', ...rest] = drawn.toString().split('\n')
  return `${[top, head, top, ...rest].join('\n')}\n`
}

interface ShownColumn {
  readonly index: number
  readonly size: number
}

function fit(columns: readonly Column[], natural: readonly number[], width: number): ShownColumn[] {
  let shown = natural.map((size, index) => ({ index, size }))
  // Every column costs its text, its padding and one line; the table one line more.
  const total = (): number => 1 + shown.reduce((sum, { size }) => sum + size + padding + 1, 0)
  while (total() > width) {
    const over = total() - width
    const widest = shown
      .filter(({ index, size }) => size > (columns[index]?.shrinkTo ?? Number.POSITIVE_INFINITY))
      .sort((a, b) => b.size - a.size)[0]
    if (widest !== undefined) {
      const least = columns[widest.index]?.shrinkTo ?? widest.size
      const size = Math.max(least, widest.size - over)
      shown = shown.map((column) => (column.index === widest.index ? { ...column, size } : column))
    } else if (shown.length > 2) {
      shown = shown.slice(0, -1)
    } else {
      break
    }
  }
  return shown
}

const plainLines = {
  top: '─',
  'top-mid': '─',
  'top-left': '─',
  'top-right': '─',
  bottom: '─',
  'bottom-mid': '─',
  'bottom-left': '─',
  'bottom-right': '─',
  left: ' ',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: ' ',
  'right-mid': '',
  middle: ' ',
}
