/*
 * Tables of other programs, read some rows at a time:
 *
 *   .npy, .npz  one array: one column of numbers, as wide as a row of it      [rows, width]
 *   .parquet    named columns; a column of lists of numbers is as wide as they are
 *   .csv        named columns of one cell
 *
 * A reader holds one batch, and refuses what a file claims before it asks for the memory.
 */

export interface TableColumn {
  /** The array's name in .npz, the file's in .npy; "column 0" where a CSV names none. */
  readonly name: string
  readonly kind: 'number' | 'text'
  /** Cells of a row: of a list of numbers its length. */
  readonly width: number
}

export interface TableBatch {
  /** Row of the table at which it begins, from 0. */
  readonly start: number
  readonly rows: number
  /** In the order of the columns asked for. Numbers are row-major, [rows, width], and NaN where there is none. */
  readonly columns: readonly (Float64Array | readonly string[])[]
}

export interface Table {
  readonly file: string
  /** Null where only reading tells: CSV. */
  readonly rows: number | null
  readonly columns: readonly TableColumn[]
  /** Of an array: all of its axes. */
  readonly shape?: readonly number[]
  /** Of an array: the type of its numbers as NumPy writes it, "<f4". */
  readonly dtype?: string
  /**
   * Rows in their order. @param columns their names; all when absent
   * @throws UserError where the file is damaged, at the place where that shows
   */
  batches(columns?: readonly string[]): AsyncGenerator<TableBatch>
}

/** Numbers that a batch holds, about: 8 MB. */
export const BATCH_CELLS = 1 << 20

/** Numbers a row may have; more is taken for a wrong file. */
export const MAX_WIDTH = 1 << 20
