import { Table, Tooltip, UnstyledButton } from '@mantine/core'
import type { ReactNode } from 'react'
import { choiceRuleWords, FOLDS, type JudgedChoice, optimismOf } from '../../shared/ensemble/memberChoices.ts'
import { count, points, thin } from '../format/format.ts'
import { scoreText } from '../format/scoreMeasure.ts'
import { useScoreMeasure } from '../hooks/useScoreMeasure.ts'
import classes from './Ensemble.module.css'
import { Section } from './Section.tsx'
import type { EnsembleModel } from './useEnsemble.ts'
import { nllText } from './words.ts'

interface ChoiceTableProps {
  readonly model: EnsembleModel
  readonly choices: readonly JudgedChoice[]
  readonly notes: ReactNode
}

/** Rules that choose on validation, side by side on test, each with how much its validation score flatters it. */
export function ChoiceTable({ model, choices, notes }: ChoiceTableProps) {
  const [measure] = useScoreMeasure()
  if (choices.length === 0)
    return (
      <Section
        title="Choice of members"
        about="Choices are compared where there is validation data to choose on beside test data to judge by."
      >
        {notes}
      </Section>
    )
  return (
    <Section
      title="Choice of members"
      about={`Of all ${count(model.candidates.length)} snapshots: chosen on validation by NLL, scored on test. Optimism, nats: by how much the validation NLL flatters the choice, estimated by choosing on four fifths of the validation examples and measuring on the fifth left out, ${FOLDS} times. Press a rule to use its members.`}
    >
      {notes}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label="Choice of members: table">
        <Table horizontalSpacing="xs" verticalSpacing={2} ta="right">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Rule</Table.Th>
              <Table.Th ta="right">Members</Table.Th>
              <Table.Th ta="right">
                NLL<span className={classes.ofPart}> validation</span>
              </Table.Th>
              <Table.Th ta="right">Optimism</Table.Th>
              <Table.Th ta="right">
                NLL<span className={classes.ofPart}> test</span>
              </Table.Th>
              <Table.Th ta="right">
                {measure === 'error' ? 'Error' : 'Accuracy'}
                <span className={classes.ofPart}> test</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {choices.map((choice) => (
              <Table.Tr key={choice.rule}>
                <Table.Th scope="row" fw={400}>
                  <Tooltip label={choiceRuleWords[choice.rule].hint} multiline w={260}>
                    <UnstyledButton
                      fz="inherit"
                      className={classes.rule}
                      aria-label={`Use ${choiceRuleWords[choice.rule].title}`}
                      onClick={() => use(choice, model)}
                    >
                      {choiceRuleWords[choice.rule].title}
                    </UnstyledButton>
                  </Tooltip>
                </Table.Th>
                <Table.Td>{count(choice.members)}</Table.Td>
                <Table.Td>{nllText(choice.nll)}</Table.Td>
                <Table.Td>{optimismText(choice)}</Table.Td>
                <Table.Td>{nllText(choice.scores.nll)}</Table.Td>
                <Table.Td title={gainWords(choice)}>{scoreText(choice.scores.accuracy, measure, 2)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </Section>
  )
}

function optimismText(choice: JudgedChoice): string {
  if (choice.rule === 'all' || choice.rule === 'last') return '–'
  const optimism = optimismOf(choice)
  if (optimism === null || !Number.isFinite(optimism)) return '–'
  return Math.abs(optimism) < 5e-5 ? '0.0000' : optimism.toFixed(4).replace('-', '−')
}

const gainWords = ({ rule, gain }: JudgedChoice): string | undefined =>
  rule === 'all'
    ? undefined
    : `${points(gain.accuracy, 2)} accuracy over all members, ±${thin}${(100 * gain.standardError).toFixed(2)}${thin}pp paired standard error`

function use({ rule, weights }: JudgedChoice, model: EnsembleModel): void {
  const { snapshotIds } = model.workbench
  if (rule === 'all') {
    model.setMethod('average')
    model.tickAll()
    return
  }
  const shares = new Map(
    snapshotIds.flatMap((id, k): [number, number][] =>
      (weights[k] ?? 0) > 0 ? [[id, weights[k] ?? 0]] : [],
    ),
  )
  if (rule === 'greedy' || rule === 'fitted') model.setShares(shares, 'validation')
  else {
    model.setMethod('average')
    model.tickOnly([...shares.keys()], 'validation')
  }
}
