import { Table, Text } from '@mantine/core'
import type { RunsCompared } from '../../shared/ensemble/compareRuns.ts'
import { namesText } from '../../shared/run/snapshotName.ts'
import { count, counted, points, thin } from '../format/format.ts'
import { scoreText } from '../format/scoreMeasure.ts'
import { useScoreMeasure } from '../hooks/useScoreMeasure.ts'
import classes from './Ensemble.module.css'
import { Section } from './Section.tsx'
import type { EnsembleModel } from './useEnsemble.ts'

interface RunsTablesProps {
  readonly model: EnsembleModel
  readonly runs: RunsCompared
}

/** Of several runs: N runs times M snapshots of each, and snapshots of one against models of their own at equal cost. */
export function RunsTables({ model, runs }: RunsTablesProps) {
  const [measure] = useScoreMeasure()
  const part = model.workbench.judged?.part ?? 'test'
  if (runs.grid.length === 0) return null
  const most = Math.max(...runs.grid.map((cell) => cell.runs))
  const snapshots = [...new Set(runs.grid.map((cell) => cell.snapshots))]
  return (
    <>
      <Section
        title="Runs and snapshots"
        about={`${part === 'test' ? 'Test' : 'Validation'} ${measure} of the average of N runs (rows) with the last M snapshots of each (columns); of fewer than ${counted(most, 'run')} the mean of ${counted(most, 'ensemble')}, each run counting as often.`}
      >
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section className={classes.scroll} tabIndex={0} aria-label="Runs and snapshots: table">
          <Table horizontalSpacing="xs" verticalSpacing={2} ta="right">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Runs</Table.Th>
                {snapshots.map((m) => (
                  <Table.Th key={m} ta="right">
                    last {m}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {Array.from({ length: most }, (_, fewer) => fewer + 1).map((n) => (
                <Table.Tr key={n}>
                  <Table.Th scope="row" fw={400}>
                    {n}
                  </Table.Th>
                  {snapshots.map((m) => {
                    const cell = runs.grid.find((each) => each.runs === n && each.snapshots === m)
                    return (
                      <Table.Td
                        key={m}
                        title={
                          cell &&
                          `${counted(cell.ensembles, 'ensemble')}: ${scoreText(cell.least, measure, 2)} to ${scoreText(cell.most, measure, 2)}`
                        }
                      >
                        {scoreText(cell?.accuracy, measure, 2)}
                      </Table.Td>
                    )
                  })}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </section>
      </Section>
      <EqualCostTable model={model} runs={runs} />
    </>
  )
}

function EqualCostTable({ model, runs }: RunsTablesProps) {
  const [measure] = useScoreMeasure()
  const part = model.workbench.judged?.part ?? 'test'
  const most = Math.max(1, ...runs.equalCost.flatMap(({ independent }) => independent.map((one) => one.runs)))
  const counts = Array.from({ length: most - 1 }, (_, k) => k + 2)
  const left =
    runs.withoutCost.length === 0
      ? ''
      : ` ${counted(runs.withoutCost.length, 'run')} left out: what another program’s training cost is unknown.`
  if (runs.equalCost.length === 0)
    return left === '' ? null : (
      <Section title="At equal cost">
        <Text size="xs" c="dimmed">
          {left.trim()}
        </Text>
      </Section>
    )
  return (
    <Section
      title="At equal cost"
      about={`${part === 'test' ? 'Test' : 'Validation'} ${measure} for so many training steps, means over the runs: the newest snapshot of one run, the average of all its snapshots, and of N models that each got 1/N of the steps (newest snapshots by then, whose rate may not have come down). * told apart from the snapshots by more than two standard errors.${left}`}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label="At equal cost: table">
        <Table horizontalSpacing="xs" verticalSpacing={2} ta="right">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Steps</Table.Th>
              <Table.Th ta="right">One</Table.Th>
              <Table.Th ta="right">Snapshots</Table.Th>
              {counts.map((n) => (
                <Table.Th key={n} ta="right">
                  {n} models
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runs.equalCost.map(({ budget, single, snapshots, independent }) => (
              <Table.Tr key={budget}>
                <Table.Th scope="row" fw={400}>
                  {count(budget)}
                </Table.Th>
                <Table.Td>{scoreText(single.accuracy, measure, 2)}</Table.Td>
                <Table.Td>{scoreText(snapshots?.accuracy, measure, 2)}</Table.Td>
                {counts.map((n) => {
                  const bought = independent.find((one) => one.runs === n)
                  const ahead = bought?.snapshotsAhead
                  const isTold = ahead && Math.abs(ahead.accuracy) > 2 * ahead.standardError
                  return (
                    <Table.Td
                      key={n}
                      title={
                        ahead
                          ? `Snapshots ${points(ahead.accuracy, 2)} accuracy, ±${thin}${(100 * ahead.standardError).toFixed(2)}${thin}pp standard error`
                          : undefined
                      }
                    >
                      {scoreText(bought?.accuracy, measure, 2)}
                      {isTold && '*'}
                    </Table.Td>
                  )
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </Section>
  )
}

/** "Cycles 1, 2 hurt: ...; use the last one", of every run of which that can be told. */
export function HurtfulNotes({ model, runs }: RunsTablesProps) {
  const { candidates, workbench } = model
  const part = (workbench.validation ?? workbench.judged)?.part ?? 'validation'
  return runs.hurtful.map(({ runId, dropped, kept, difference }) => {
    const own = candidates.filter((candidate) => candidate.runId === runId)
    const names = namesText(own.slice(0, dropped).map(({ name }) => name))
    const whose = own.length < candidates.length ? ` of ${own[0]?.runName}` : ''
    return (
      <Text key={runId} size="sm">
        {names.charAt(0).toUpperCase()}
        {names.slice(1)}
        {whose} {dropped === 1 ? 'hurts' : 'hurt'}: without {dropped === 1 ? 'it' : 'them'} {part} accuracy is{' '}
        {points(difference.accuracy, 2)} (±{thin}
        {(100 * difference.standardError).toFixed(2)}
        {thin}pp standard error); use the last {kept === 1 ? 'one' : kept}.
      </Text>
    )
  })
}
