import { Table, Tooltip } from '@mantine/core'
import type { CalibrationScores, ScaledCalibration } from '../../shared/ensemble/scaledCalibration.ts'
import { percent } from '../format/format.ts'
import classes from './Ensemble.module.css'
import { nllText } from './words.ts'

const heads = [
  { name: 'NLL, nats', about: 'Mean of −ln of the probability of the true class.' },
  { name: 'ECE', about: 'Bins of equal width of the confidence.' },
  { name: 'Adaptive', about: 'ECE with bins of equal size: as many examples in each.' },
  { name: 'Classwise', about: 'ECE of the probabilities of every class, the mean over the classes.' },
] as const

/** Calibration errors before and after scaling. */
export function CalibrationErrorsTable({
  calibration: { before, scaled },
}: {
  readonly calibration: ScaledCalibration
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label="Calibration errors: table">
      <Table horizontalSpacing="xs" verticalSpacing={2} ta="right">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <span className={classes.spoken}>Ensemble</span>
            </Table.Th>
            {heads.map(({ name, about }) => (
              <Table.Th key={name} ta="right">
                <Tooltip label={about} multiline w={240}>
                  <span>{name}</span>
                </Tooltip>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <ErrorsRow name="as it is" scores={before} />
          {scaled && <ErrorsRow name="scaled" scores={scaled.after} />}
        </Table.Tbody>
      </Table>
    </section>
  )
}

function ErrorsRow({ name, scores }: { readonly name: string; readonly scores: CalibrationScores }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        {name}
      </Table.Th>
      <Table.Td>{nllText(scores.nll)}</Table.Td>
      <Table.Td>{percent(scores.ece, 2)}</Table.Td>
      <Table.Td>{percent(scores.adaptive, 2)}</Table.Td>
      <Table.Td>{percent(scores.classwise, 2)}</Table.Td>
    </Table.Tr>
  )
}
