import { Table, UnstyledButton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { methodWords } from '../../../shared/ensemble/methods.ts'
import { EnsembleName } from '../../ensemble/EnsembleName.tsx'
import { SavedMenu } from '../../ensemble/SavedList.tsx'
import { membersWords } from '../../ensemble/words.ts'
import { ago, moment, percent, points } from '../../format/format.ts'
import classes from './Ensembles.module.css'
import type { SavedColumn, SavedRowFacts } from './savedRows.ts'

const heads: readonly { readonly column: SavedColumn; readonly label: string; readonly left?: boolean }[] = [
  { column: 'name', label: 'Ensemble', left: true },
  { column: 'members', label: 'Members', left: true },
  { column: 'test', label: 'Test error' },
  { column: 'best', label: 'Best single' },
  { column: 'gain', label: 'Gain' },
  { column: 'validation', label: 'Val. error' },
  { column: 'created', label: 'Saved' },
]

interface SavedTableProps {
  readonly rows: readonly SavedRowFacts[]
  readonly sort: SavedColumn
  readonly onSort: (column: SavedColumn) => void
}

export function SavedTable({ rows, sort, onSort }: SavedTableProps) {
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table aria-label="Saved ensembles" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            {heads.map(({ column, label, left }) => (
              <Table.Th
                key={column}
                ta={left ? 'left' : 'right'}
                aria-sort={
                  column !== sort ? 'none' : column === 'name' || column === 'test' ? 'ascending' : 'other'
                }
              >
                <UnstyledButton
                  className={classes.sort}
                  data-sorted={column === sort || undefined}
                  onClick={() => onSort(column)}
                >
                  {label}
                </UnstyledButton>
              </Table.Th>
            ))}
            <Table.Th w={32} aria-label="More" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Row key={row.ensemble.id} row={row} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

function Row({ row }: { readonly row: SavedRowFacts }) {
  const [isRenaming, setRenaming] = useState(false)
  const { ensemble, testError, bestError, gain, validationError } = row
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400} className={classes.nameCell}>
        <EnsembleName ensemble={ensemble} isRenaming={isRenaming} onDone={() => setRenaming(false)}>
          <Link to="/ensembles" search={{ open: ensemble.id }} className={classes.name}>
            {ensemble.name}
          </Link>
        </EnsembleName>
      </Table.Th>
      <Table.Td className={classes.membersCell}>
        <div>
          {membersWords(ensemble)}, {methodWords[ensemble.method].phrase}
        </div>
        <RunLinks runs={row.runs} />
      </Table.Td>
      <Table.Td ta="right" fw={600}>
        {percent(testError, 2)}
      </Table.Td>
      <Table.Td ta="right">{percent(bestError, 2)}</Table.Td>
      <Table.Td ta="right">{points(gain, 2)}</Table.Td>
      <Table.Td ta="right">{percent(validationError, 2)}</Table.Td>
      <Table.Td ta="right" title={moment(ensemble.createdAt)} className={classes.oneLine}>
        {ago(ensemble.createdAt)}
      </Table.Td>
      <Table.Td>
        <SavedMenu ensemble={ensemble} onRename={() => setRenaming(true)} />
      </Table.Td>
    </Table.Tr>
  )
}

const mostRuns = 2

function RunLinks({ runs }: Pick<SavedRowFacts, 'runs'>) {
  const more = runs.length - mostRuns
  return (
    <div className={classes.quiet}>
      {runs.slice(0, mostRuns).map(({ id, name }, k) => (
        <span key={id}>
          {k > 0 && ', '}
          <Link to="/runs/$runId" params={{ runId: id }} className={classes.name}>
            {name}
          </Link>
        </span>
      ))}
      {more > 0 && ` and ${more} more`}
    </div>
  )
}
