import { Text } from '@mantine/core'
import { useScoreMeasure } from '../hooks/useScoreMeasure.ts'
import type { AnswerModel } from './answerModel.ts'
import type { Candidate } from './candidates.ts'
import classes from './Ensemble.module.css'
import { GroupLinks } from './GroupLinks.tsx'
import { Headline } from './Headline.tsx'
import { LoadLine } from './LoadLine.tsx'
import { MembersTable } from './MembersTable.tsx'
import { MethodPicker } from './MethodPicker.tsx'
import type { ScoresById } from './storedScores.ts'
import type { Loading } from './useEnsemble.ts'
import { type Preview, usePreview } from './usePreview.ts'

interface LoadingPanelProps {
  readonly candidates: readonly Candidate[]
  readonly stored: ScoresById
  readonly loading: Loading
  readonly selected?: number | undefined
  readonly onSelect?: ((snapshotId: number) => void) | undefined
}

/** So few are read before anybody has looked. */
const mostInASentence = 32

/** While stored predictions are read, and when that was stopped. */
export function LoadingPanel(props: LoadingPanelProps) {
  const { candidates, loading } = props
  if (candidates.length > mostInASentence) return <AnswerSoFar {...props} />
  return (
    <>
      {!loading.isStopped && <Text c="dimmed">Reading what the snapshots predicted…</Text>}
      <LoadLine candidates={candidates} loading={loading} />
    </>
  )
}

/** The same places that the workbench will have: every member with its stored scores, and the answer as far as it is known. */
function AnswerSoFar({ candidates, stored, loading, selected, onSelect }: LoadingPanelProps) {
  const preview = usePreview(candidates, stored, loading.chosen)
  return (
    <div className={classes.view}>
      <div className={classes.answer}>
        <div className={classes.kept}>
          <EarlyHeadline preview={preview} isStopped={loading.isStopped} />
          <GroupLinks isEarly />
          <MembersTable model={preview.model} selected={selected} onSelect={onSelect} />
        </div>
        <MethodPicker model={preview.model} />
      </div>
      <div className={classes.sections}>
        <LoadLine candidates={candidates} loading={loading} />
      </div>
    </div>
  )
}

interface EarlyHeadlineProps {
  readonly preview: Preview
  readonly isStopped: boolean
}

/** The number with the members that it is of; pale while that of other members is worked out. */
function EarlyHeadline({ preview: { model, answered, isOld }, isStopped }: EarlyHeadlineProps) {
  const [measure] = useScoreMeasure()
  const members = model.shares.filter((share) => share > 0).length
  if (members === 0) return <Headline model={model} focus={false} />
  if (answered !== undefined)
    return (
      <div aria-busy={isOld} data-old={isOld || undefined} className={classes.early}>
        <Headline model={answered} focus={false} />
      </div>
    )
  return (
    <div className={classes.headline}>
      <h3 className={classes.big}>
        <span className={classes.number}>–</span>{' '}
        <span className={classes.unit}>
          {model.workbench.judged?.part ?? 'test'} {measure} of{' '}
          {members === 1 ? '1 snapshot' : `${members} snapshots`}
        </span>
      </h3>
      <Text size="xs" c="dimmed">
        {whyNot(model, isStopped)}
      </Text>
    </div>
  )
}

function whyNot({ choice }: AnswerModel, isStopped: boolean): string {
  if (choice.method === 'average') return 'Being worked out.'
  const what = choice.method === 'weighted' ? 'Weights are chosen from' : 'It takes'
  return isStopped
    ? `${what} the predictions of all members, and reading them was stopped.`
    : `${what} the predictions of all members: they are being read.`
}
