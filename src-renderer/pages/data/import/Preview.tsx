import { Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ClassPicture } from '../../../../shared/api/datasets.ts'
import type { ImportFormat } from '../../../../shared/data/importOptions.ts'
import { counted, thin } from '../../../format/format.ts'
import { useColumns } from './columns.ts'
import type { Draft } from './draft.ts'
import { folderQuery } from './FolderBrowser.tsx'
import classes from './Preview.module.css'

/** Columns of a table that are shown. */
const mostColumns = 30

/** What is about to be imported, as far as a first look shows it. */
export function Preview({
  draft,
  format,
}: {
  readonly draft: Draft
  readonly format: ImportFormat | undefined
}) {
  if (format === 'csv' || format === 'parquet') return <TablePreview draft={draft} />
  if (format === 'images') return <ImagesPreview path={draft.path.trim()} />
  return null
}

function TablePreview({ draft }: { readonly draft: Draft }) {
  const table = useColumns(draft)
  const columns = table.data ?? []
  const rows = Math.max(0, ...columns.map(({ first }) => first.length))
  if (table.isError || rows === 0) return null
  const shown = columns.slice(0, mostColumns)
  const more = columns.length - shown.length
  return (
    <section className={classes.preview} aria-labelledby="import-preview">
      <Title order={3} id="import-preview" className={classes.title}>
        First rows
        <span className={classes.aside}>
          {counted(columns.length, 'column')}
          {more > 0 && `, ${shown.length} of them shown`}
        </span>
      </Title>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section className={classes.box} tabIndex={0} aria-label="First rows of the table">
        <table>
          <thead>
            <tr>
              {shown.map(({ name }, c) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name.
                <th key={c} scope="col" data-label={name === draft.label}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: rows }, (_, row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name.
              <tr key={row}>
                {shown.map(({ name, first }, c) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name.
                  <td key={c} data-label={name === draft.label}>
                    {first[row]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}

function ImagesPreview({ path }: { readonly path: string }) {
  const { data } = useQuery({ ...folderQuery(path), enabled: path !== '' })
  const pictures = data?.pictures ?? []
  if (pictures.length === 0) return null
  return (
    <section className={classes.preview} aria-labelledby="import-preview">
      <Title order={3} id="import-preview" className={classes.title}>
        First images
        <span className={classes.aside}>one of each of the first classes</span>
      </Title>
      <ul className={classes.pictures}>
        {pictures.map((one) => (
          <li key={one.name}>
            <img src={one.picture} alt={`The first of ${one.name}`} />
            <span className={classes.name}>{one.name}</span>
            <span className={classes.aside}>{pictureWords(one)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const pictureWords = ({ files, height, width, bits }: ClassPicture): string =>
  `${counted(files, 'file')}, ${height}${thin}×${thin}${width} pixels${bits === 16 ? ', 16 bits, all of which are kept' : ''}`
