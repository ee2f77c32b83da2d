import { Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { trpc } from '../../client.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { counted } from '../../format/format.ts'
import view from './DatasetView.module.css'
import classes from './RowsTable.module.css'
import { cell } from './words.ts'

/** A table may have thousands of features; a look needs some of them. */
const mostColumns = 60

/** Some training rows of a table, as a run sees them: numbers. */
export function RowsTable({ id }: { readonly id: string }) {
  const sample = useQuery({
    ...trpc.datasets.sample.queryOptions({ id }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const features = sample.data?.features ?? []
  const more = features.length - mostColumns
  return (
    <section aria-labelledby="rows">
      <Title order={3} id="rows" className={view.section}>
        Rows
        <span className={view.aside}>
          {sample.data && `${counted(sample.data.rows.length, 'training row')}, evenly taken`}
          {more > 0 && `; the first ${mostColumns} of ${counted(features.length, 'feature')}`}
        </span>
      </Title>
      {sample.error !== null && (
        <ErrorNote
          title="The rows could not be read"
          error={sample.error}
          onRetry={() => void sample.refetch()}
        />
      )}
      {sample.data !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <section className={classes.box} tabIndex={0} aria-label="Rows of the table">
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">Class</th>
                {features.slice(0, mostColumns).map((feature) => (
                  <th key={feature} scope="col">
                    {feature}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {sample.data.rows.map(({ label, values }, row) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows of a table have no other name and never change.
                <tr key={row}>
                  <th scope="row">{label}</th>
                  {values.slice(0, mostColumns).map((value, column) => (
                    <td key={features[column]}>{cell(value)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  )
}
