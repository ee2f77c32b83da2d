import type { PredictionFormat } from '../../../shared/api/urls.ts'
import type { CsvForm } from '../csv.ts'
import { predictionsCsv } from './csv.ts'
import { predictionsNpy, predictionsNpz } from './numpy.ts'
import { predictionsParquet } from './parquet.ts'
import type { PredictionTable } from './table.ts'

/** Predictions as a file, written as it is read. */
export function predictionFile(
  table: PredictionTable,
  format: PredictionFormat,
  form: CsvForm = {},
): Iterable<string | Uint8Array> {
  switch (format) {
    case 'csv':
      return predictionsCsv(table, form)
    case 'parquet':
      return predictionsParquet(table)
    case 'npy':
      return predictionsNpy(table)
    case 'npz':
      return predictionsNpz(table)
  }
}
