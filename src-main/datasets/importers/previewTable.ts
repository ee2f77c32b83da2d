import type { TableColumn } from '../../../shared/api/datasets.ts'
import { peek } from '../userPaths.ts'
import { previewCsv } from './csvPreview.ts'

/**
 * The columns of a table with some of their values, by its first rows; Parquet is told by its content.
 * @throws UserError when the file or its first rows cannot be read
 */
export async function previewTable(
  path: string,
  options: { readonly delimiter: string; readonly header: boolean },
): Promise<TableColumn[]> {
  const { head } = await peek(path, 4)
  if (head.toString('latin1') === 'PAR1') return (await import('./parquet.ts')).previewParquet(path)
  return previewCsv(path, options)
}
