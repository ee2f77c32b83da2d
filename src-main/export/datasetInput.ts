import { z } from 'zod'
import { parseOrExplain } from '../../shared/errors.ts'
import { dtypes } from '../datasets/index.ts'

const datasetMeta = z.looseObject({
  name: z.string(),
  kind: z.enum(['image', 'table']),
  shape: z.array(z.int()),
  dtype: z.enum(dtypes),
  classes: z.array(z.string()),
  columns: z.array(z.string()).optional(),
})

export type DatasetInput = z.infer<typeof datasetMeta>

/** The stored description of a data set as far as an export needs it. @throws UserError when it is malformed */
export const readInput = (meta: unknown, datasetId: string): DatasetInput =>
  parseOrExplain(datasetMeta, meta, `reading what is stored of data set ${datasetId}`)

/**
 * What a model of this data takes and tells apart. `columns`, of a table: which input is which; "colour=red" is 1 where the
 * column colour says red and 0 elsewhere.
 */
export function inputOf(meta: unknown, datasetId: string) {
  const { name, kind, shape, classes, columns } = readInput(meta, datasetId)
  return { name, kind, inputShape: shape, ...(columns && { columns }), classes }
}
