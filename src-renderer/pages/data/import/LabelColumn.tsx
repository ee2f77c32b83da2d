import { TextInput } from '@mantine/core'
import { useEffect } from 'react'
import { guessLabel, type LabelGuess } from '../../../../shared/data/guessLabel.ts'
import { errorWords } from '../../../components/errorWords.ts'
import { SearchSelect } from '../../../components/SearchSelect.tsx'
import { distinct, useColumns } from './columns.ts'
import type { FieldsProps } from './FormatFields.tsx'
import classes from './ImportPanel.module.css'

/** Beyond these a list is searched, not read. */
const mostListed = 200

/** Which column is the class: one of those that the file has, or typed where they cannot be read. */
export function LabelColumn({ draft, mistakes, onChange }: FieldsProps) {
  const table = useColumns(draft)
  const columns = distinct(table.data ?? [])
  const samples = new Map(columns.map(({ name, samples }) => [name, samples]))
  const isThere = table.data === undefined || samples.has(draft.label)
  const guess = guessLabel(columns)
  // The class of another table, which this one has not, says nothing of this one's.
  const isOpen = !table.isPlaceholderData && (draft.label === '' || !isThere)
  const guessed = isOpen ? (guess?.column ?? '') : draft.label
  useEffect(() => {
    if (guessed !== draft.label) onChange({ label: guessed })
  }, [guessed, draft.label, onChange])
  const common = { label: 'Column of the class', required: true }
  if (table.isError)
    return (
      <TextInput
        {...common}
        className={classes.wide}
        description="Its name, or its position from 0"
        error={`The table cannot be read. ${errorWords(table.error)}`}
        value={draft.label}
        onChange={({ currentTarget }) => onChange({ label: currentTarget.value })}
      />
    )
  return (
    <SearchSelect
      {...common}
      error={mistakes.label}
      description={descriptionOf(
        columns.length,
        table.isPending,
        draft.label === guess?.column ? guess : undefined,
      )}
      placeholder={table.isPending ? 'Reading the columns…' : 'Choose'}
      data={columns.map(({ name }) => name)}
      value={isThere && draft.label !== '' ? draft.label : null}
      onChange={(label) => onChange({ label: label ?? '' })}
      limit={mostListed}
      maxDropdownHeight={280}
      nothingFound={table.isPending ? 'Reading the columns…' : 'No column is called so'}
      renderOption={({ option: { value, label } }) => (
        <span className={classes.column}>
          <span>{label}</span>
          <span className={classes.samples}>{samples.get(value)?.join(', ')}</span>
        </span>
      )}
    />
  )
}

function descriptionOf(columns: number, isPending: boolean, guess: LabelGuess | undefined): string {
  if (isPending) return 'With some of its values'
  if (columns < 2) return 'Only one column was found: say what stands between cells'
  if (guess !== undefined) return `Guessed because ${guess.reason}; choose another if it is not the class`
  return `One of the ${columns} in the file, with some of its values`
}
