import { Table, UnstyledButton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { methodWords } from '../../../shared/ensemble/methods.ts'
import { EnsembleName } from '../../ensemble/EnsembleName.tsx'
import { SavedMenu } from '../../ensemble/SavedList.tsx'
import { membersWords } from '../../ensemble/words.ts'
import { ago, moment } from '../../format/format.ts'
import { measureTitles, type ScoreMeasure, scoreDifference, scoreText } from '../../format/scoreMeasure.ts'
import { useScoreMeasure } from '../../hooks/useScoreMeasure.ts'
import classes from './Ensembles.module.css'
import type { SavedColumn, SavedRowFacts } from './savedRows.ts'

interface Head {
  readonly column: SavedColumn
  readonly label: string
  /** The part of the data its numbers are of. */
  readonly part?: 'validation' | 'test'
  readonly left?: boolean
}

/** What stands side by side is of one part of the data. */
const headsIn = (measure: ScoreMeasure): readonly Head[] => [
  { column: 'name', label: 'Ensemble', left: true },
  { column: 'members', label: 'Members', left: true },
  { column: 'test', label: measureTitles[measure], part: 'test' },
  { column: 'best', label: 'Best snapshot', part: 'test' },
  { column: 'gain', label: 'Gain', part: 'test' },
  { column: 'validation', label: measureTitles[measure], part: 'validation' },
  { column: 'created', label: 'Saved' },
]

interface SavedTableProps {
  readonly rows: readonly SavedRowFacts[]
  readonly sort: SavedColumn
  readonly onSort: (column: SavedColumn) => void
}

export function SavedTable({ rows, sort, onSort }: SavedTableProps) {
  const [measure] = useScoreMeasure()
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table aria-label="Saved ensembles" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            {headsIn(measure).map(({ column, label, part, left }) => (
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
                {part !== undefined && <div className={classes.ofPart}>{part}</div>}
              </Table.Th>
            ))}
            <Table.Th w={32} aria-label="More" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Row key={row.ensemble.id} row={row} measure={measure} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

interface RowProps {
  readonly row: SavedRowFacts
  readonly measure: ScoreMeasure
}

function Row({ row, measure }: RowProps) {
  const [isRenaming, setRenaming] = useState(false)
  const { ensemble, test, bestTest, bestChosenOn, gain, validation } = row
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
        {scoreText(test, measure, 2)}
      </Table.Td>
      <Table.Td ta="right" title={bestChosenOn && `chosen on ${bestChosenOn}`}>
        {scoreText(bestTest, measure, 2)}
      </Table.Td>
      <Table.Td ta="right">{scoreDifference(gain, measure, 2)}</Table.Td>
      <Table.Td ta="right">{scoreText(validation, measure, 2)}</Table.Td>
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
