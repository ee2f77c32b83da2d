import { MultiSelect, SegmentedControl, Select } from '@mantine/core'
import { looksLikePixels, pixelLayouts, pixelShape, pixelWords } from '../../../../shared/data/pixels.ts'
import { sayingNothingFound } from '../../../components/sayingNothingFound.ts'
import { counted } from '../../../format/format.ts'
import { distinct, useColumns } from './columns.ts'
import type { Draft } from './draft.ts'
import type { FieldsProps } from './FormatFields.tsx'
import classes from './ImportPanel.module.css'

const saysNone = sayingNothingFound('No column is called so')

/** Beyond these a list is searched, not read. */
const mostListed = 200

/** Columns that are no features, by their names. */
export function LeftOutColumns({ draft, mistakes, onChange }: FieldsProps) {
  const table = useColumns(draft)
  const names = distinct(table.data ?? []).map(({ name }) => name)
  // What is no longer in the file stays in sight, to be taken away.
  const choices = [...new Set([...names.filter((name) => name !== draft.label), ...draft.without])]
  return (
    <MultiSelect
      className={classes.wide}
      label="Columns to leave out"
      description="Numbers of rows, times, names: what is no feature; they may be broken"
      error={mistakes.without}
      placeholder={draft.without.length === 0 ? 'None' : undefined}
      data={choices}
      value={[...draft.without]}
      onChange={(without) => onChange({ without })}
      searchable
      clearable
      hidePickedOptions
      limit={mostListed}
      maxDropdownHeight={280}
      filter={saysNone}
    />
  )
}

/** Whether rows are examples as they stand or the pixels of images; offered where they look like the latter. */
export function RowsAs({ draft, mistakes, onChange }: FieldsProps) {
  const columns = (useColumns(draft).data ?? []).filter(
    ({ name }) => name !== draft.label && !draft.without.includes(name),
  )
  const rows = Array.from({ length: columns[0]?.first.length ?? 0 }, (_, row) =>
    columns.map(({ first }) => first[row] ?? ''),
  )
  const looks = looksLikePixels(rows)
  const shape = pixelShape(columns.length)
  if (looks === undefined && draft.as === 'table') return null
  return (
    <>
      <div className={classes.wide}>
        <span className={classes.label} id="import-rows">
          Rows are
        </span>
        <SegmentedControl
          aria-labelledby="import-rows"
          aria-describedby="import-rows-look"
          data={[
            { value: 'table', label: 'Rows of a table' },
            { value: 'images', label: 'Images' },
          ]}
          value={draft.as}
          onChange={(as) => onChange({ as: as === 'images' ? 'images' : 'table' })}
        />
        <p className={classes.note} id="import-rows-look">
          {looks
            ? `The ${counted(columns.length, 'column')} look like images of ${pixelWords(looks)}.`
            : `The first rows do not look like images: ${counted(columns.length, 'column')} beside the label.`}
        </p>
        {mistakes.as && <p className={classes.mistake}>{mistakes.as}</p>}
      </div>
      {draft.as === 'images' && shape?.channels === 3 && (
        <ColourLayout
          {...{ draft, mistakes, onChange }}
          told="As the columns tell, or as pixels look most alike"
        />
      )}
    </>
  )
}

/** Where the levels of a pixel stand in an example. @param told what is done where nothing is chosen */
export function ColourLayout({
  draft,
  mistakes,
  onChange,
  told,
}: Pick<FieldsProps, 'draft' | 'mistakes' | 'onChange'> & { readonly told: string }) {
  return (
    <Select
      className={classes.wide}
      label="Colours lie"
      data={[{ value: 'told', label: told }, ...layouts]}
      allowDeselect={false}
      value={draft.layout ?? 'told'}
      error={mistakes.layout}
      onChange={(value) => onChange({ layout: pixelLayouts.find((one) => one === value) ?? null })}
    />
  )
}

const layouts: readonly { value: NonNullable<Draft['layout']>; label: string }[] = [
  { value: 'planar', label: 'All red levels, then all green, then all blue' },
  { value: 'interleaved', label: 'Red, green and blue of each pixel together' },
]
