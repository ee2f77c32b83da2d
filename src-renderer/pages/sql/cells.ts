import type { SqlAnswer, SqlCell } from '../../../shared/api/sql.ts'
import type { TextTable } from '../../components/tableText.ts'
import { counted } from '../../format/format.ts'

/** As it is shown: every digit, a blob by its size. */
export function cellText(cell: SqlCell): string {
  if (cell === null) return 'NULL'
  if (typeof cell !== 'object') return String(cell)
  return 'number' in cell ? cell.number : counted(cell.bytes, 'byte')
}

export const isNumeric = (cell: SqlCell): boolean =>
  typeof cell === 'number' || (typeof cell === 'object' && cell !== null && 'number' in cell)

/** For other programs: NULL is an empty field. */
export const answerTable = ({ columns, rows }: SqlAnswer): TextTable => ({
  head: columns,
  rows: rows.map((row) => row.map((cell) => (cell === null ? '' : cellText(cell)))),
})

/** "1,000 rows in 12 ms", and what is missing. */
export function answerWords({ rows, cut, cutTexts, milliseconds }: SqlAnswer): string {
  const time =
    milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`
  const size = `${counted(rows.length, 'row')} in ${time}`
  const why = cut === 'rows' ? 'there are more; add a LIMIT or a WHERE' : 'more bytes than an answer may have'
  const missing = cut === null ? '' : `, cut here: ${why}`
  return `${size}${missing}${cutTexts === 0 ? '' : `; of ${counted(cutTexts, 'long text')} only the beginning is here`}`
}
