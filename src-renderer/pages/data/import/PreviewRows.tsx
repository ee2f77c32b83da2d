import type { ColumnFacts, DataPreview } from '../../../../shared/data/preview.ts'
import { count, counted } from '../../../format/format.ts'
import classes from './Preview.module.css'

/** Columns of a table that are shown. */
const mostColumns = 30

type Table = NonNullable<DataPreview['table']>

/** The first rows, under what is known of each column. */
export function PreviewRows({ table }: { readonly table: Table }) {
  const { columns, columnCount, rows } = table
  if (rows.length === 0) return null
  const shown = columns.slice(0, mostColumns)
  return (
    <div className={classes.part}>
      <span className={classes.aside}>
        First {counted(rows.length, 'row')}
        {columnCount > shown.length && `, ${shown.length} of ${count(columnCount)} columns`}
      </span>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section className={classes.box} tabIndex={0} aria-label="First rows of the table">
        <table>
          <thead>
            <tr>
              {shown.map(({ name, role }, c) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name.
                <th key={c} scope="col" data-role={role}>
                  {name}
                </th>
              ))}
            </tr>
            <tr>
              {shown.map((column, c) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name.
                  key={c}
                  data-role={column.role}
                  className={classes.kind}
                  data-mixed={column.kind === 'mixed'}
                >
                  {kindWords(column)}
                </td>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((cells, row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name.
              <tr key={row}>
                {shown.map(({ role }, c) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name.
                  <td key={c} data-role={role}>
                    {cells[c]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  )
}

const kinds: Readonly<Record<ColumnFacts['kind'], string>> = {
  numbers: 'numbers',
  words: 'words',
  codes: 'codes',
  mixed: 'numbers and words',
  empty: 'empty',
}

/** "class: 3 different", "numbers 0 to 9, 2 missing"; of what is left out not every format reads the cells. */
function kindWords({ kind, role, missing, different, least, greatest }: ColumnFacts): string {
  if (role === 'left out') return role
  const values = `${different.is === 'atLeast' ? 'over ' : ''}${count(different.count)} different`
  const range = least === null || greatest === null ? '' : ` ${short(least)} to ${short(greatest)}`
  const own =
    role === 'class'
      ? `class, ${values}`
      : kind === 'numbers'
        ? `${kinds[kind]}${range}`
        : `${kinds[kind]}, ${values}`
  return `${own}${missing > 0 ? `, ${count(missing)} missing` : ''}`
}

const short = (value: number): string => String(Number(value.toPrecision(6)))
