import type { CsvOptions, OnProgress } from '../../../shared/data/importOptions.ts'
import { UserError } from '../../../shared/errors.ts'
import type { DatasetWriter } from '../writer.ts'
import { importPixels, type PixelOptions } from './pixelRows.ts'
import { importTable, type TableSource } from './table.ts'

/**
 * Imports rows as the options say: as a table, or as images whose pixels they are. A table that looks like images is one
 * all the same, and that is said.
 */
export async function importRows(
  source: TableSource,
  { as, layout, ...options }: PixelOptions & Pick<CsvOptions, 'as'>,
  writer: DatasetWriter,
  onProgress: OnProgress,
): Promise<void> {
  if (as === 'images') {
    if (options.categorical.length > 0)
      throw new UserError(
        `While reading ${source.files[0]?.name}: pixels of images are never categorical; take the categorical columns out of the options, or import it as a table.`,
      )
    return importPixels(source, { ...options, layout }, writer, onProgress)
  }
  if (layout !== undefined)
    throw new UserError(
      `While reading ${source.files[0]?.name}: a layout of colours (${layout}) is for rows that are images; say as: images (--as images) too, or no layout.`,
    )
  return importTable(source, options, writer, onProgress, as === undefined)
}
