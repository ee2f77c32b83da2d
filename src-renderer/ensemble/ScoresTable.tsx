import { Table } from '@mantine/core'
import type { PartAssessment } from '../../shared/ensemble/assess.ts'
import { loss, percent } from '../format/format.ts'
import { measureTitles, type ScoreMeasure, scoreText } from '../format/scoreMeasure.ts'
import { useScoreMeasure } from '../hooks/useScoreMeasure.ts'
import classes from './Ensemble.module.css'
import type { EnsembleModel } from './useEnsemble.ts'
import { nllText } from './words.ts'

/** What else is known of the ensemble, beside the best snapshot on the same part. */
export function ScoresTable({ model }: { readonly model: EnsembleModel }) {
  const { test, validation, candidates } = model
  const [measure] = useScoreMeasure()
  const alone = candidates.length === 1
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label="Scores: table">
      <Table horizontalSpacing="xs" verticalSpacing={2} ta="right">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Part</Table.Th>
            <Table.Th ta="right">{measureTitles[measure]}</Table.Th>
            <Table.Th ta="right">NLL, nats</Table.Th>
            <Table.Th ta="right">Brier</Table.Th>
            <Table.Th ta="right">ECE</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {test && <PartRows part="Test" of={test} alone={alone} measure={measure} />}
          {validation && <PartRows part="Validation" of={validation} alone={alone} measure={measure} />}
        </Table.Tbody>
      </Table>
    </section>
  )
}

interface PartRowsProps {
  readonly part: string
  readonly of: PartAssessment
  /** There is but one candidate, which the best snapshot would only repeat. */
  readonly alone: boolean
  readonly measure: ScoreMeasure
}

function PartRows({ part, of, alone, measure }: PartRowsProps) {
  const rows = [
    { name: part, spoken: 'ensemble', scores: of.ensemble, strong: true },
    !alone && {
      name: 'best snapshot',
      spoken: `on ${part.toLowerCase()}`,
      scores: of.bestScores,
      strong: false,
    },
  ]
  return rows
    .filter((row) => row !== false)
    .map(({ name, spoken, scores, strong }) => (
      <Table.Tr key={name} fw={strong ? 600 : 400} {...(!strong && { c: 'dimmed' })}>
        <Table.Th scope="row" fw="inherit">
          {name} <span className={classes.spoken}>{spoken}</span>
        </Table.Th>
        <Table.Td>{scoreText(scores.accuracy, measure, 2)}</Table.Td>
        <Table.Td>{nllText(scores.nll)}</Table.Td>
        <Table.Td>{loss(scores.brier)}</Table.Td>
        <Table.Td>{percent(scores.ece, 2)}</Table.Td>
      </Table.Tr>
    ))
}
