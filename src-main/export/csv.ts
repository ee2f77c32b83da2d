import { stringify } from 'csv-stringify/sync'
import { spreadsheetText } from '../../shared/spreadsheetText.ts'

export type CsvCell = string | number | boolean | null | undefined

export interface CsvForm {
  /** Text as it is stored. Otherwise a spreadsheet can open the file without harm. */
  readonly raw?: boolean
}

/** Rows as comma-separated values, a line each. null and undefined are empty fields, NaN and infinities are written out. */
export function csvLines(rows: readonly (readonly CsvCell[])[], { raw = false }: CsvForm = {}): string {
  const cell = (value: CsvCell): CsvCell =>
    typeof value === 'string' && !raw ? spreadsheetText(value) : value
  return stringify(
    rows.map((row) => row.map(cell)),
    { cast: { boolean: (value) => String(value) } },
  )
}
