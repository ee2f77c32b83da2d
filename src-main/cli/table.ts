import { styleText } from 'node:util'
import Table from 'cli-table3'
import { oneLine } from './oneLine.ts'
import { wrap } from './wrap.ts'

export interface Column {
  readonly head: string
  readonly align?: 'left' | 'right'
  /** Shrinks first, down to this many characters, when the terminal is too narrow. */
  readonly shrinkTo?: number
}

const padding = 2

/**
 * A table no wider than `width`: columns marked `shrinkTo` give way first, the rightmost of the others are left out last,
 * so that the first columns (which name the row) always stay whole. A line below names what was left out.
 */
export function table(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  width: number,
): string {
  const rows = cells.map((row) => row.map(oneLine))
  const shown = fit(columns, naturalSizes(columns, rows), width)
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
  const hidden = columns.slice(shown.length).map((column) => column.head)
  return `${[top, head, top, ...rest, ...leftOut(hidden, width)].join('\n')}\n`
}

/** Characters a line needs for every column to stand whole. */
export function tableWidth(columns: readonly Column[], cells: readonly (readonly string[])[]): number {
  return totalWidth(
    naturalSizes(
      columns,
      cells.map((row) => row.map(oneLine)),
    ),
  )
}

function leftOut(heads: readonly string[], width: number): string[] {
  if (heads.length === 0) return []
  const note = `not shown: ${heads.join(', ')}; widen the terminal or use --json`
  return wrap(note, width)
    .split('\n')
    .map((line) => styleText('dim', line))
}

function naturalSizes(columns: readonly Column[], rows: readonly (readonly string[])[]): number[] {
  return columns.map((column, i) =>
    Math.max(column.head.length, ...rows.map((row) => [...(row[i] ?? '')].length)),
  )
}

/** Every column costs its text, its padding and one line; the table one line more. */
function totalWidth(sizes: readonly number[]): number {
  return 1 + sizes.reduce((sum, size) => sum + size + padding + 1, 0)
}

interface ShownColumn {
  readonly index: number
  readonly size: number
}

function fit(columns: readonly Column[], natural: readonly number[], width: number): ShownColumn[] {
  let shown = natural.map((size, index) => ({ index, size }))
  const total = (): number => totalWidth(shown.map(({ size }) => size))
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
