import { csvText } from '../../shared/csvText.ts'

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

/** A spreadsheet can open it without harm. */
export const csvTable = ({ head, rows }: TextTable): string => csvText([head, ...rows])
