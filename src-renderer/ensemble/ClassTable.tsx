import { Table, UnstyledButton } from '@mantine/core'
import { memo, useMemo, useState } from 'react'
import type { PartAssessment } from '../../shared/ensemble/assess.ts'
import {
  type ClassChange,
  type ClassSort,
  classChanges,
  sortedBy,
} from '../../shared/ensemble/classChanges.ts'
import { count } from '../format/format.ts'
import { measureTitles, type ScoreMeasure, scoreDifference, scoreText } from '../format/scoreMeasure.ts'
import { useScoreMeasure } from '../hooks/useScoreMeasure.ts'
import classes from './Ensemble.module.css'
import { Section } from './Section.tsx'

const heads: readonly { readonly sort: ClassSort; readonly label: string }[] = [
  { sort: 'class', label: 'Class' },
  { sort: 'examples', label: 'Examples' },
  { sort: 'best', label: 'Best snapshot' },
  { sort: 'ensemble', label: 'Ensemble' },
  { sort: 'change', label: 'Change' },
]

interface ClassTableProps {
  readonly judged: PartAssessment
  readonly part: 'validation' | 'test'
  /** By label; empty while they are not known. */
  readonly names: readonly string[]
}

/** Which classes gain and which pay for it. */
export const ClassTable = memo(function ClassTable({ judged, part, names }: ClassTableProps) {
  const [sort, setSort] = useState<ClassSort>('change')
  const [measure] = useScoreMeasure()
  const rows = useMemo(() => sortedBy(classChanges(judged), sort), [judged, sort])
  return (
    <Section
      title="Classes"
      about={`${measureTitles[measure]} on the ${part} examples of each class, ensemble against the best snapshot.`}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label="Classes: accuracies">
        <Table horizontalSpacing="xs" verticalSpacing={2} stickyHeader>
          <Table.Thead>
            <Table.Tr>
              {heads.map(({ sort: by, label }) => (
                <Table.Th
                  key={by}
                  ta={by === 'class' ? 'left' : 'right'}
                  className={by === 'examples' ? classes.spare : undefined}
                  aria-sort={
                    by === sort ? (by === 'class' || by === 'change' ? 'other' : 'ascending') : 'none'
                  }
                >
                  <UnstyledButton
                    className={classes.sort}
                    data-sorted={by === sort || undefined}
                    onClick={() => setSort(by)}
                  >
                    {label}
                  </UnstyledButton>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <ClassRow
                key={row.label}
                row={row}
                name={names[row.label] ?? `class ${row.label}`}
                measure={measure}
              />
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </Section>
  )
})

interface ClassRowProps {
  readonly row: ClassChange
  readonly name: string
  readonly measure: ScoreMeasure
}

function ClassRow({ row, name, measure }: ClassRowProps) {
  const { ensemble, best, examples, change } = row
  const known = ensemble !== null && best !== null
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        {name}
      </Table.Th>
      <Table.Td ta="right" className={classes.spare}>
        {count(examples)}
      </Table.Td>
      <Table.Td ta="right">{scoreText(best, measure, 2)}</Table.Td>
      <Table.Td ta="right">{scoreText(ensemble, measure, 2)}</Table.Td>
      <Table.Td ta="right" className={classes.change} data-way={Math.sign(change)}>
        {known ? scoreDifference(ensemble - best, measure, 2) : '–'}
      </Table.Td>
    </Table.Tr>
  )
}
