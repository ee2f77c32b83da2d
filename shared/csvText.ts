import { spreadsheetText } from './spreadsheetText.ts'

/**
 * Rows as comma-separated values (RFC 4180, but for lines that end as they do elsewhere here), which a spreadsheet can open
 * without harm. Numbers have all their digits; null is an empty field.
 */
export const csvText = (rows: readonly (readonly (string | number | null)[])[]): string =>
  rows.map((cells) => `${cells.map(cellText).join(',')}\n`).join('')

function cellText(cell: string | number | null): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  const safe = spreadsheetText(cell)
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
