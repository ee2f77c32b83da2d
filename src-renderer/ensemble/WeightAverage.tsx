import { Alert, Button, Menu, Table, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { EnsembleInfo, PartScores, WeightAverageAnswer } from '../../shared/api/ensembles.ts'
import { isMember } from '../../shared/ensemble/choice.ts'
import { findSaved } from '../../shared/ensemble/combination.ts'
import { nats } from '../../shared/run/line.ts'
import { namesText } from '../../shared/run/snapshotName.ts'
import { trpc } from '../client.ts'
import { ErrorNote } from '../components/ErrorNote.tsx'
import { counted, loss, percent } from '../format/format.ts'
import { measureTitles, scoreText } from '../format/scoreMeasure.ts'
import { useScoreMeasure } from '../hooks/useScoreMeasure.ts'
import { AveragedItems } from './AveragedItems.tsx'
import { AverageLinesChart } from './AverageLinesChart.tsx'
import { areOfSeveralRuns, type Candidate, proposedName } from './candidates.ts'
import classes from './Ensemble.module.css'
import { NotApplicable } from './Group.tsx'
import { SaveForm } from './SaveForm.tsx'
import { Section } from './Section.tsx'
import { saveWeightAverage } from './saved.ts'
import type { EnsembleModel } from './useEnsemble.ts'
import { WeightLineChart } from './WeightLineChart.tsx'
import { nllText } from './words.ts'

interface WeightAverageProps {
  readonly model: EnsembleModel
  readonly saved: readonly EnsembleInfo[]
}

/** One model whose weights are the mean of the members': a slow act, asked for on its own. */
export function WeightAverage({ model, saved }: WeightAverageProps) {
  const averaging = useMutation(trpc.ensembles.averageWeights.mutationOptions())
  const asked = averaging.variables?.snapshotIds
  const answeredFor = useMemo(
    () => model.candidates.filter(({ snapshotId }) => asked?.includes(snapshotId)),
    [model.candidates, asked],
  )
  const members = model.candidates.filter((_, k) => isMember(model.choice, k))
  const [first] = members
  const last = members.at(-1)
  const several = areOfSeveralRuns(members)
  if (first === undefined)
    return <NotApplicable>Nobody is ticked: there are no weights to average.</NotApplicable>
  const start = () =>
    averaging.mutate({ runId: first.runId, snapshotIds: members.map(({ snapshotId }) => snapshotId) })
  return (
    <>
      <Section
        title="Averaged weights"
        about="One model with the mean of the members’ weights, as quick as a single one. Snapshots far apart often do not average: it can be much worse than any of them."
      >
        <div>
          <Button
            variant="default"
            disabled={several || members.length < 2 || averaging.isPending}
            onClick={start}
          >
            {averaging.isPending
              ? 'Averaging…'
              : `Average the weights of ${counted(members.length, 'snapshot')}`}
          </Button>
          <Text size="xs" c="dimmed" mt={4} role="status">
            {several
              ? 'Needs members of one run.'
              : averaging.isPending
                ? 'Builds the model and runs an epoch of training data through it: seconds to minutes.'
                : members.length < 2
                  ? 'Needs at least two members.'
                  : 'Takes seconds to minutes: normalisation statistics are measured anew on the training data.'}
          </Text>
        </div>
        {averaging.isError && (
          <ErrorNote title="The weights could not be averaged" error={averaging.error} onRetry={start} />
        )}
        {averaging.data && (
          <>
            <BumpNote bump={averaging.data.bump} />
            <Result members={answeredFor} validation={averaging.data.validation} test={averaging.data.test} />
            <Keep candidates={model.candidates} members={answeredFor} saved={saved} />
          </>
        )}
      </Section>
      {(!several || averaging.data) && last !== undefined && first !== last && (
        <Section
          title="On the way"
          about="Validation loss on straight lines between weights, with the statistics of batch normalisation measured anew in every place: where it bulges, weights do not average."
        >
          {averaging.data?.bump && fewestLines <= answeredFor.length && answeredFor.length <= mostLines && (
            <AverageLinesChart key={JSON.stringify(asked)} members={answeredFor} />
          )}
          {!several && (
            <WeightLineChart
              key={`${first.snapshotId} ${last.snapshotId}`}
              from={{ snapshotId: first.snapshotId, words: namesText([first.name]) }}
              to={{ snapshotId: last.snapshotId, words: namesText([last.name]) }}
            />
          )}
        </Section>
      )}
    </>
  )
}

/** Two members have the one line between them; of more than these the lines take longer than anybody waits. */
const fewestLines = 3
const mostLines = 50

/** Whether the members may be averaged at all, as the validation examples tell it. */
function BumpNote({ bump }: Pick<WeightAverageAnswer, 'bump'>) {
  if (bump === null) return null
  if (!bump.isBump)
    return (
      <Text size="xs" c="dimmed">
        No bump between the members: the validation loss is {nats(bump.height, loss)} the mean of theirs, and
        up to {loss(bump.leastBump)} (three standard errors) cannot be told from none.
      </Text>
    )
  return (
    <Alert color="yellow" variant="outline" title="Across a bump" p="sm">
      The members lie in different valleys: the validation loss is {loss(bump.height)} nats (±{' '}
      {loss(bump.standardError)} standard error) above the mean of theirs.
    </Alert>
  )
}

interface KeepProps {
  readonly candidates: readonly Candidate[]
  readonly members: readonly Candidate[]
  readonly saved: readonly EnsembleInfo[]
}

/** The host has just measured them, so that keeping them takes no second wait. */
function Keep({ candidates, members, saved }: KeepProps) {
  const [first] = members
  if (first === undefined) return null
  const shares = members.map(({ snapshotId }) => ({ snapshotId, weight: 1 / members.length }))
  const known = findSaved(saved, { method: 'weightAverage', members: shares })
  const exporting = (
    <Menu position="bottom-end" transitionProps={{ duration: 80 }}>
      <Menu.Target>
        <Button variant="default">Export…</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <AveragedItems members={shares} />
      </Menu.Dropdown>
    </Menu>
  )
  if (known !== undefined)
    return (
      <div className={classes.saveBar}>
        <Text size="sm" className={classes.savedAs}>
          Saved as <b>{known.name}</b>
        </Text>
        {exporting}
      </div>
    )
  const proposal = `${proposedName(candidates, members)}, averaged weights`
  return (
    <div className={classes.saveBar}>
      <SaveForm
        key={proposal}
        of="averaged weights"
        proposal={proposal}
        onSave={(name) =>
          saveWeightAverage({
            name,
            runId: first.runId,
            snapshotIds: members.map(({ snapshotId }) => snapshotId),
          })
        }
      />
      {exporting}
    </div>
  )
}

/** The head of a table has room for so many. */
const mostNamed = 6

interface ResultProps {
  readonly members: readonly Candidate[]
  readonly validation: PartScores | null
  readonly test: PartScores | null
}

function Result({ members, validation, test }: ResultProps) {
  const [measure] = useScoreMeasure()
  const rows = [
    { part: 'Test', scores: test },
    { part: 'Validation', scores: validation },
  ]
  return (
    <Table horizontalSpacing="xs" verticalSpacing={2} ta="right">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>
            {members.length > mostNamed
              ? counted(members.length, 'snapshot')
              : namesText(members.map(({ name }) => name))}
          </Table.Th>
          <Table.Th ta="right">{measureTitles[measure]}</Table.Th>
          <Table.Th ta="right">NLL, nats</Table.Th>
          <Table.Th ta="right">ECE</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(
          ({ part, scores }) =>
            scores !== null && (
              <Table.Tr key={part}>
                <Table.Th scope="row" fw={400}>
                  {part}
                </Table.Th>
                <Table.Td>{scoreText(scores.accuracy, measure, 2)}</Table.Td>
                <Table.Td>{nllText(scores.nll)}</Table.Td>
                <Table.Td>{percent(scores.ece, 2)}</Table.Td>
              </Table.Tr>
            ),
        )}
      </Table.Tbody>
    </Table>
  )
}
