import { Checkbox, Table, Text, Tooltip, UnstyledButton } from '@mantine/core'
import { memo, useMemo } from 'react'
import type { Difference } from '../../shared/ensemble/difference.ts'
import type { WorkbenchPart } from '../../shared/ensemble/workbench.ts'
import { percent, points, thin } from '../format/format.ts'
import { measureTitles, type ScoreMeasure, scoreDifference, scoreText } from '../format/scoreMeasure.ts'
import { useAfterPaint } from '../hooks/useAfterPaint.ts'
import { useScoreMeasure } from '../hooks/useScoreMeasure.ts'
import { areOfSeveralRuns, type Candidate, nameOf, runLetters } from './candidates.ts'
import classes from './Ensemble.module.css'
import { groupId } from './groups.ts'
import type { EnsembleModel } from './useEnsemble.ts'
import { nllText } from './words.ts'

interface MembersTableProps {
  readonly model: EnsembleModel
  readonly selected?: number | undefined
  readonly onSelect?: ((snapshotId: number) => void) | undefined
}

/** Every candidate with its own scores and a box to tick. */
export function MembersTable({ model, selected, onSelect }: MembersTableProps) {
  const { candidates, choice, workbench, shares, refused } = model
  const several = areOfSeveralRuns(candidates)
  const ticked = choice.ticked.filter(Boolean).length
  const adds = useAdds(model)
  const [measure] = useScoreMeasure()
  const addsOn = (workbench.validation ?? workbench.judged)?.part ?? 'test'
  const isWeighted = choice.method === 'weighted'
  return (
    <div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section id={groupId('members')} className={classes.members} tabIndex={0} aria-label="Members">
        <Table
          stickyHeader
          horizontalSpacing="xs"
          verticalSpacing={2}
          aria-label="Members of the ensemble"
          highlightOnHover
        >
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={28}>
                <Checkbox
                  size="xs"
                  aria-label={ticked === candidates.length ? 'Untick all members' : 'Tick all members'}
                  checked={ticked === candidates.length}
                  indeterminate={ticked > 0 && ticked < candidates.length}
                  onChange={() => (ticked === candidates.length ? model.tickOnly([]) : model.tickAll())}
                />
              </Table.Th>
              <Table.Th>Member</Table.Th>
              {isWeighted && <Table.Th ta="right">Weight</Table.Th>}
              {workbench.validation && <ScoreHead part="validation" measure={measure} />}
              {workbench.test && <ScoreHead part="test" measure={measure} />}
              <Table.Th ta="right" className={classes.spare}>
                NLL, nats
                <span className={classes.ofPart}> {workbench.judged?.part}</span>
              </Table.Th>
              <Table.Th ta="right">
                <Tooltip
                  label={`${measureTitles[measure]} of the ensemble on ${addsOn}, less what it is without this member. Pale: within two standard errors, which may be chance.`}
                  multiline
                  w={240}
                >
                  <span>
                    Adds
                    <span className={classes.ofPart}> {addsOn}</span>
                  </span>
                </Tooltip>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          {groupsOf(model).map(({ runId, runName, letter, members }) => (
            <Table.Tbody key={runId}>
              {several && <RunHead model={model} name={`${letter} · ${runName}`} members={members} />}
              {members.map(({ candidate, place }) => (
                <MemberRow
                  key={candidate.snapshotId}
                  candidate={candidate}
                  name={nameOf(candidate, false)}
                  spoken={nameOf(candidate, several)}
                  place={place}
                  ticked={choice.ticked[place] === true}
                  share={isWeighted ? (shares[place] ?? 0) : undefined}
                  adds={adds[place]}
                  validation={workbench.validation}
                  test={workbench.test}
                  measure={measure}
                  isSelected={candidate.snapshotId === selected}
                  tick={model.tick}
                  onSelect={onSelect}
                />
              ))}
            </Table.Tbody>
          ))}
        </Table>
      </section>
      {refused.map(({ candidate, reason }) => (
        <Text key={candidate.snapshotId} size="xs" c="dimmed" mt={2}>
          {nameOf(candidate, true)} cannot join: {reason}.
        </Text>
      ))}
    </div>
  )
}

function ScoreHead({ part, measure }: { readonly part: string; readonly measure: ScoreMeasure }) {
  return (
    <Table.Th ta="right">
      {measureTitles[measure]}
      <span className={classes.ofPart}> {part}</span>
    </Table.Th>
  )
}

interface Group {
  readonly runId: string
  readonly runName: string
  readonly letter: string
  readonly members: readonly { readonly candidate: Candidate; readonly place: number }[]
}

/** The candidates run by run. */
function groupsOf({ candidates }: EnsembleModel): Group[] {
  return [...runLetters(candidates)].map(([runId, letter]) => {
    const members = candidates.flatMap((candidate, place) =>
      candidate.runId === runId ? [{ candidate, place }] : [],
    )
    return { runId, letter, members, runName: members[0]?.candidate.runName ?? runId }
  })
}

interface RunHeadProps {
  readonly model: EnsembleModel
  readonly name: string
  readonly members: Group['members']
}

/** Above the members of one run where there are several, with a box for all of them. */
function RunHead({ model, name, members }: RunHeadProps) {
  const ticked = members.filter(({ place }) => model.choice.ticked[place] === true).length
  return (
    <Table.Tr className={classes.runHead}>
      <Table.Td>
        <Checkbox
          size="xs"
          aria-label={`All members of ${name}`}
          checked={ticked === members.length}
          indeterminate={ticked > 0 && ticked < members.length}
          onChange={({ currentTarget: { checked } }) => {
            for (const { candidate } of members) model.tick(candidate.snapshotId, checked)
          }}
        />
      </Table.Td>
      <Table.Th scope="rowgroup" colSpan={6} fw={600}>
        {name}
      </Table.Th>
    </Table.Tr>
  )
}

/**
 * What each member adds to the accuracy, on validation where there is any: to choose members by it there leaves the test
 * score honest. It takes longer than the answer itself, so it follows a moment later, and the last ones stand until then.
 */
function useAdds(model: EnsembleModel): readonly (Difference | null)[] {
  const { workbench, choice } = useAfterPaint(model)
  return useMemo(
    () => (workbench.validation ?? workbench.judged)?.gainOfEach(choice) ?? [],
    [workbench, choice],
  )
}

interface MemberRowProps {
  readonly candidate: Candidate
  readonly name: string
  /** The name with that of its run, where there are several. */
  readonly spoken: string
  readonly place: number
  readonly ticked: boolean
  /** Undefined where all shares are equal. */
  readonly share: number | undefined
  /** To the accuracy; null for who is no member or the only one, undefined until it is known. */
  readonly adds: Difference | null | undefined
  readonly validation: WorkbenchPart | null
  readonly test: WorkbenchPart | null
  readonly measure: ScoreMeasure
  readonly isSelected: boolean
  readonly tick: EnsembleModel['tick']
  readonly onSelect: MembersTableProps['onSelect']
}

const isChance = (adds: Difference | null | undefined): true | undefined =>
  adds && Math.abs(adds.accuracy) <= 2 * adds.standardError ? true : undefined

const addsWords = ({ accuracy, standardError }: Difference): string =>
  `${points(accuracy, 2)} accuracy, ±${thin}${(100 * standardError).toFixed(2)}${thin}pp paired standard error`

const MemberRow = memo(function MemberRow(row: MemberRowProps) {
  const {
    candidate,
    name,
    spoken,
    place,
    ticked,
    share,
    adds,
    validation,
    test,
    measure,
    isSelected,
    tick,
    onSelect,
  } = row
  const { snapshotId } = candidate
  const own = validation?.predictions[place]?.scores
  const tested = test?.predictions[place]?.scores
  return (
    <Table.Tr data-left={!ticked || undefined} className={classes.member} aria-selected={isSelected}>
      <Table.Td>
        <Checkbox
          size="xs"
          aria-label={`Member ${spoken}`}
          checked={ticked}
          onChange={({ currentTarget }) => tick(snapshotId, currentTarget.checked)}
        />
      </Table.Td>
      <Table.Th scope="row" fw={400}>
        {onSelect === undefined ? (
          name
        ) : (
          <UnstyledButton
            fz="inherit"
            className={classes.pick}
            aria-pressed={isSelected}
            onClick={() => onSelect(snapshotId)}
          >
            {name}
          </UnstyledButton>
        )}
      </Table.Th>
      {share !== undefined && <Table.Td ta="right">{share > 0 ? percent(share, 0) : '–'}</Table.Td>}
      {validation && <Table.Td ta="right">{scoreText(own?.accuracy, measure, 2)}</Table.Td>}
      {test && <Table.Td ta="right">{scoreText(tested?.accuracy, measure, 2)}</Table.Td>}
      <Table.Td ta="right" className={classes.spare}>
        {nllText((tested ?? own)?.nll)}
      </Table.Td>
      <Table.Td ta="right" title={adds ? addsWords(adds) : undefined} data-chance={isChance(adds)}>
        {scoreDifference(adds?.accuracy, measure, 2)}
      </Table.Td>
    </Table.Tr>
  )
})
