import { CloseButton, Text, Title } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useId, useMemo } from 'react'
import type { EnsembleInfo } from '../../shared/api/ensembles.ts'
import type { RunSummary } from '../../shared/api/runs.ts'
import { combinationOf, findSaved } from '../../shared/ensemble/combination.ts'
import { ErrorNote } from '../components/ErrorNote.tsx'
import { ScoreMeasureSwitch } from '../components/ScoreMeasureSwitch.tsx'
import { useAfterPaint } from '../hooks/useAfterPaint.ts'
import { BestSubset } from './BestSubset.tsx'
import { ComingSnapshots } from './ComingSnapshots.tsx'
import { type ChoiceAddress, useToldChoice } from './choiceAddress.ts'
import classes from './Ensemble.module.css'
import { GroupLinks } from './GroupLinks.tsx'
import { Groups } from './Groups.tsx'
import { Headline } from './Headline.tsx'
import { MembersTable } from './MembersTable.tsx'
import { MethodPicker } from './MethodPicker.tsx'
import { SaveBar } from './SaveBar.tsx'
import { SavedList } from './SavedList.tsx'
import { useSavedEnsembles } from './saved.ts'
import { useCandidates } from './useCandidates.ts'
import { type EnsembleModel, type Start, useEnsemble } from './useEnsemble.ts'

export interface EnsemblePanelProps {
  /** Their snapshots are the candidates. */
  readonly runs: readonly RunSummary[]
  /** The snapshot that is selected elsewhere on the page. */
  readonly selected?: number | undefined
  readonly onSelect?: (snapshotId: number) => void
  /** Move the focus to the headline: the panel was opened by a click. */
  readonly focus: boolean
  readonly onClose?: () => void
  /** What opening a saved ensemble does, where that is more than setting the panel to it. */
  readonly onOpen?: ((ensemble: EnsembleInfo) => void) | undefined
  /** What to begin with, read once; by default everything is ticked and averaged. */
  readonly start?: Start | undefined
  /** Every choice that is made here, for the address of the page. */
  readonly onChoice?: (choice: ChoiceAddress) => void
}

/** From the snapshots of runs to an ensemble: the answer first, then what it is made of and how good it is. */
export function EnsemblePanel(props: EnsemblePanelProps) {
  const { runs, onClose, start } = props
  const title = useId()
  const candidates = useCandidates(runs)
  const ensemble = useEnsemble(candidates, start)
  useToldChoice(ensemble, props.onChoice)
  return (
    <section className={classes.panel} aria-labelledby={title} aria-busy={ensemble.state === 'loading'}>
      <div className={onClose ? classes.panelHead : classes.spoken}>
        <Title order={2} id={title}>
          Ensemble
        </Title>
        {onClose && <ScoreMeasureSwitch />}
        {onClose && <CloseButton size="sm" aria-label="Close the ensemble" onClick={onClose} />}
      </div>
      {candidates.length === 0 && <NoSnapshots runs={runs} />}
      {candidates.length > 0 && ensemble.state === 'loading' && (
        <Text c="dimmed">Reading what the snapshots predicted…</Text>
      )}
      {ensemble.state === 'failed' && (
        <ErrorNote
          title="The stored predictions could not be read"
          error={ensemble.error}
          onRetry={ensemble.retry}
        />
      )}
      {candidates.length > 0 && ensemble.state === 'ready' && (
        <>
          {ensemble.failure && (
            <ErrorNote
              title="The predictions of a new snapshot could not be read"
              error={ensemble.failure.error}
              onRetry={ensemble.failure.retry}
            />
          )}
          <Answer {...props} model={ensemble.model} />
        </>
      )}
    </section>
  )
}

function NoSnapshots({ runs }: { readonly runs: readonly RunSummary[] }) {
  return (
    <Text c="dimmed">
      {runs.length === 1 ? 'This run has' : 'These runs have'} no snapshot yet; one is stored at the end of
      every cycle.
    </Text>
  )
}

interface AnswerProps extends EnsemblePanelProps {
  readonly model: EnsembleModel
}

function Answer({ model, runs, focus, selected, onSelect, onOpen }: AnswerProps) {
  const { workbench, candidates } = model
  // The number and the members answer in the frame of the click; what takes longer to draw follows in the next ones.
  const late = useAfterPaint(model)
  const saved = useSavedOf(runs)
  const open = useOpening(model)
  if (workbench.judged === null) return <NoPredictions model={model} />
  return (
    <div className={classes.view}>
      <div className={classes.answer}>
        <div className={classes.kept} data-kept>
          <Headline model={model} focus={focus} />
          <GroupLinks />
          <MembersTable model={model} selected={selected} onSelect={onSelect} />
        </div>
        {candidates.length > 1 && <MethodPicker model={model} />}
        <ComingSnapshots runs={runs} />
        <BestSubset model={model} />
        {candidates.length > 1 && <SaveBar model={model} saved={saved} />}
      </div>
      <div className={classes.sections}>
        <Groups model={model} late={late} runs={runs} saved={saved} />
        <SavedList
          ensembles={saved}
          open={findSaved(saved, combinationOf(model))?.id}
          onOpen={onOpen ?? open}
        />
      </div>
    </div>
  )
}

function NoPredictions({ model }: { readonly model: EnsembleModel }) {
  const [first] = model.refused
  return (
    <Text c="dimmed">
      There is nothing to combine: {first?.reason ?? 'no predictions are stored'}. Predictions are stored with
      a snapshot when the run has a validation or a test part.
    </Text>
  )
}

function useSavedOf(runs: readonly RunSummary[]): readonly EnsembleInfo[] {
  const { ensembles = none } = useSavedEnsembles()
  const ids = JSON.stringify(runs.map(({ id }) => id))
  return useMemo(
    () => ensembles.filter(({ members }) => members.some(({ runId }) => ids.includes(JSON.stringify(runId)))),
    [ensembles, ids],
  )
}

const none: readonly EnsembleInfo[] = []

/** Sets the panel to a saved ensemble, or goes to where all its runs are. */
function useOpening(model: EnsembleModel): (ensemble: EnsembleInfo) => void {
  const navigate = useNavigate()
  return (ensemble) => {
    const ids = ensemble.members.map(({ snapshotId }) => snapshotId)
    const isHere = ids.every((id) => model.workbench.snapshotIds.includes(id))
    if (!isHere || ensemble.method === 'weightAverage') {
      void navigate({ to: '/ensembles', search: { open: ensemble.id } })
      return
    }
    if (ensemble.method === 'weighted') {
      model.setShares(new Map(ensemble.members.map(({ snapshotId, weight }) => [snapshotId, weight])))
      return
    }
    model.setMethod(ensemble.method)
    model.tickOnly(ids)
  }
}
