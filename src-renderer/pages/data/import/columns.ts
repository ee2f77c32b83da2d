import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { TableColumn } from '../../../../shared/api/datasets.ts'
import { trpc } from '../../../client.ts'
import { type Draft, delimiterOf } from './draft.ts'

/** The columns of the table that the form names. @throws in the query what is wrong with the file's first rows */
export const columnsQuery = (draft: Draft) =>
  trpc.datasets.columns.queryOptions(
    { path: draft.path.trim(), delimiter: delimiterOf(draft), header: draft.header },
    { retry: false, staleTime: 2_000 },
  )

/** Asked for once the form has not changed for a moment. */
export function useColumns(draft: Draft) {
  const key = JSON.stringify([draft.path.trim(), delimiterOf(draft), draft.header])
  const [asked] = useDebouncedValue(key, 200)
  return useQuery({
    ...columnsQuery(draft),
    enabled: asked === key && draft.path.trim() !== '' && delimiterOf(draft).length === 1,
    placeholderData: keepPreviousData,
  })
}

/** Two columns of one name are refused by the import; a list of choices must not have them twice. */
export const distinct = (columns: readonly TableColumn[]): TableColumn[] =>
  [...new Map(columns.toReversed().map((column) => [column.name, column])).values()].toReversed()
