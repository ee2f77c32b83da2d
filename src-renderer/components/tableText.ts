import { spreadsheetText } from '../../shared/spreadsheetText.ts'

/** A table as text: a head and rows of as many cells. */
export interface TextTable {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** As GitHub, pandoc and others read it; the first column to the left, the others to the right. */
export function markdownTable({ head, rows }: TextTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`
  const rule = `| ${head.map((_, i) => (i === 0 ? '---' : '---:')).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

const escaped = (cell: string): string => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** RFC 4180, but for lines that end as they do elsewhere here; a spreadsheet can open it without harm. */
export function csvTable({ head, rows }: TextTable): string {
  return `${[head, ...rows].map((cells) => cells.map(quoted).join(',')).join('\n')}\n`
}

function quoted(cell: string): string {
  const safe = spreadsheetText(cell)
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
