import type { CsvOptions } from '../../../shared/data/importOptions.ts'
import type { PixelOptions } from '../importers/pixelRows.ts'

/** The column of the class, as it was asked for or guessed. */
export interface LabelChoice {
  readonly column: string | number
  readonly reason: string | null
}

/** What a table is looked at with: the class may be open. */
export interface TableLook extends Omit<PixelOptions, 'label'>, Pick<CsvOptions, 'as'> {
  readonly label: LabelChoice | undefined
}
