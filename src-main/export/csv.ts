import { stringify } from 'csv-stringify/sync'
import { visibleText } from '../../shared/visibleText.ts'

export type CsvCell = string | number | boolean | null | undefined

export interface CsvForm {
  /**
   * Text as it is stored. Otherwise a spreadsheet can open the file without harm: text that it would take for a formula gets
   * an apostrophe in front (as OWASP advises against CSV injection), and characters that steer a screen or turn the reading
   * direction are shown by their number.
   */
  readonly raw?: boolean
}

/** Rows as comma-separated values, a line each. null and undefined are empty fields, NaN and infinities are written out. */
export function csvLines(rows: readonly (readonly CsvCell[])[], { raw = false }: CsvForm = {}): string {
  const cell = (value: CsvCell): CsvCell => (typeof value === 'string' && !raw ? harmless(value) : value)
  return stringify(
    rows.map((row) => row.map(cell)),
    { cast: { boolean: (value) => String(value) } },
  )
}

/** What begins a formula in a spreadsheet, the full-width forms too. */
const formula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/
const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

function harmless(text: string): string {
  const shown = visibleText(text)
  // A class may be called -1.
  return formula.test(shown) && !number.test(shown) ? `'${shown}` : shown
}
