import type { DataPreview, PreviewOf } from '../../../shared/data/preview.ts'
import { numpySource } from '../importers/numpy.ts'
import type { LookBounds } from './look.ts'
import { lookAtTable } from './table.ts'

/** Arrays before their import: rows of numbers that are examples or pixels. */
export async function* lookAtNumpy(
  options: PreviewOf<'numpy'>,
  bounds: LookBounds,
): AsyncGenerator<DataPreview, void, undefined> {
  const { source, rows } = await numpySource(options)
  const label = { column: rows.label, reason: null }
  yield* lookAtTable('numpy', source, { ...rows, label }, bounds)
}
