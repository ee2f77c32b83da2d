import { guessLabel } from '../../../shared/data/guessLabel.ts'
import type { DataPreview, PreviewOf, PreviewOptions } from '../../../shared/data/preview.ts'
import { UserError } from '../../../shared/errors.ts'
import { csvSource } from '../importers/csv.ts'
import { previewCsv } from '../importers/csvPreview.ts'
import { parquetNames, parquetSource, previewParquet } from '../importers/parquet.ts'
import type { TableSource } from '../importers/table.ts'
import { createPace, type LookBounds } from './look.ts'
import type { LabelChoice, TableLook } from './tableLook.ts'
import { createTableTally } from './tableTally.ts'

export async function* lookAtCsv(
  options: PreviewOf<'csv'>,
  bounds: LookBounds,
): AsyncGenerator<DataPreview, void, undefined> {
  const source = await csvSource(options, true)
  const label = options.label ?? guessLabel(await previewCsv(options.path, options, true))
  yield* lookAtTable('csv', source, { ...options, label: asLabel(label) }, bounds)
}

export async function* lookAtParquet(
  options: PreviewOf<'parquet'>,
  bounds: LookBounds,
): AsyncGenerator<DataPreview, void, undefined> {
  const source = await parquetSource(options)
  const label = options.label ?? guessLabel(await previewParquet(options.path))
  yield* lookAtTable('parquet', source, { ...options, ...parquetNames, label: asLabel(label) }, bounds)
}

const asLabel = (label: string | number | LabelChoice | undefined): LabelChoice | undefined =>
  typeof label === 'object' || label === undefined ? label : { column: label, reason: null }

/**
 * A table before its import, in whatever files it stands. Rows that the import would refuse are counted and listed; what it
 * would say to all that was read is asked of its own survey.
 */
export async function* lookAtTable(
  format: PreviewOptions['format'],
  source: TableSource,
  options: TableLook,
  bounds: LookBounds,
): AsyncGenerator<DataPreview, void, undefined> {
  const { files, total } = source
  const tally = createTableTally(format, source, options)
  const isDue = createPace()
  let read = 0
  const progress = () => ({ done: Math.min(read, total), total })
  for (const [i, file] of files.entries()) {
    tally.startFile(file.name, i === 0 ? 'train' : 'test')
    let ofFile = 0
    let rows = 0
    const advance = (done: number): void => {
      ofFile += done
      read += done
    }
    try {
      for await (const row of file.rows(advance)) {
        if (
          rows >= bounds.rows + Number(options.header) ||
          (source.unit === 'bytes' && ofFile > bounds.bytes)
        ) {
          tally.leave()
          break
        }
        tally.add(row)
        rows += 1
        if (rows % 1000 === 0 && isDue()) yield await tally.preview(progress())
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      tally.refuse(error.message)
      break
    }
  }
  yield await tally.finish(progress())
}
