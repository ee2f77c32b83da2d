import { Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { TableColumn } from '../../../../shared/api/datasets.ts'
import { trpc } from '../../../client.ts'
import { errorWords } from '../../../components/errorWords.ts'
import { delimiterOf } from './draft.ts'
import type { FieldsProps } from './FormatFields.tsx'
import classes from './ImportPanel.module.css'

/** Beyond these a list is searched, not read. */
const mostListed = 200

/** Which column is the class: one of those that the file has, or typed where they cannot be read. */
export function LabelColumn({ draft, mistakes, onChange }: FieldsProps) {
  const table = useColumns(draft.path.trim(), delimiterOf(draft), draft.header)
  const common = { label: 'Column of the class', required: true, error: mistakes.label }
  if (table.isError)
    return (
      <TextInput
        {...common}
        description={`Its name, or its position from 0. ${errorWords(table.error)}`}
        value={draft.label}
        onChange={({ currentTarget }) => onChange({ label: currentTarget.value })}
      />
    )
  const columns = distinct(table.data ?? [])
  const samples = new Map(columns.map(({ name, samples }) => [name, samples]))
  const isThere = table.data === undefined || samples.has(draft.label)
  return (
    <Select
      {...common}
      description={descriptionOf(columns.length, table.isPending)}
      placeholder={table.isPending ? 'Reading the columns…' : 'Choose'}
      data={columns.map(({ name }) => name)}
      value={isThere && draft.label !== '' ? draft.label : null}
      onChange={(label) => onChange({ label: label ?? '' })}
      searchable
      selectFirstOptionOnChange
      limit={mostListed}
      maxDropdownHeight={280}
      nothingFoundMessage="No column is called so"
      renderOption={({ option: { value } }) => (
        <span className={classes.column}>
          <span>{value}</span>
          <span className={classes.samples}>{samples.get(value)?.join(', ')}</span>
        </span>
      )}
    />
  )
}

function useColumns(path: string, delimiter: string, header: boolean) {
  const [asked] = useDebouncedValue(JSON.stringify([path, delimiter, header]), 200)
  const isSettled = asked === JSON.stringify([path, delimiter, header])
  return useQuery({
    ...trpc.datasets.columns.queryOptions({ path, delimiter, header }, { retry: false, staleTime: 2_000 }),
    enabled: isSettled && path !== '' && delimiter.length === 1,
    placeholderData: keepPreviousData,
  })
}

/** Two columns of one name are refused by the import; a list of choices must not have them twice. */
const distinct = (columns: readonly TableColumn[]): TableColumn[] =>
  [...new Map(columns.toReversed().map((column) => [column.name, column])).values()].toReversed()

function descriptionOf(columns: number, isPending: boolean): string {
  if (isPending) return 'With some of its values'
  if (columns < 2) return 'Only one column was found: say what stands between cells'
  return `One of the ${columns} in the file, with some of its values`
}
