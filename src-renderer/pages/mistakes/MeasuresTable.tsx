import { Table, Title } from '@mantine/core'
import type { MistakeReport } from '../../../shared/mistakes/report.ts'
import { count, percent } from '../../format/format.ts'
import classes from './Mistakes.module.css'

interface MeasuresTableProps {
  readonly report: MistakeReport
  readonly part: string
  readonly nameOf: (label: number) => string
}

/** Precision, recall and F1 of every class, in class order. */
export function MeasuresTable({ report, part, nameOf }: MeasuresTableProps) {
  return (
    <section aria-labelledby="measures">
      <Title order={2} fz="md" id="measures">
        Classes
      </Title>
      <p className={classes.quiet}>
        On {count(report.examples)} {part} examples.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label="Classes: precision, recall and F1">
        <Table horizontalSpacing="xs" verticalSpacing={2} stickyHeader maw="44rem">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Class</Table.Th>
              {['Examples', 'Predicted', 'Precision', 'Recall', 'F1'].map((head) => (
                <Table.Th key={head} ta="right">
                  {head}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {report.classes.map(({ label, examples, predicted, precision, recall, f1 }) => (
              <Table.Tr key={label}>
                <Table.Th scope="row" fw={400}>
                  {nameOf(label)}
                </Table.Th>
                <Table.Td ta="right">{count(examples)}</Table.Td>
                <Table.Td ta="right">{count(predicted)}</Table.Td>
                <Table.Td ta="right">{percent(precision, 2)}</Table.Td>
                <Table.Td ta="right">{percent(recall, 2)}</Table.Td>
                <Table.Td ta="right">{percent(f1, 2)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </section>
  )
}
