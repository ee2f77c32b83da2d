import { CloseButton, Text, Title } from '@mantine/core'
import { useId } from 'react'
import type { RunSummary } from '../../shared/api/runs.ts'
import { ErrorNote } from '../components/ErrorNote.tsx'
import classes from './Ensemble.module.css'
import { Headline } from './Headline.tsx'
import { LastCurve } from './LastCurve.tsx'
import { MembersTable } from './MembersTable.tsx'
import { MethodPicker } from './MethodPicker.tsx'
import { ScoresTable } from './ScoresTable.tsx'
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
  /** What to begin with, read once; by default everything is ticked and averaged. */
  readonly start?: Start | undefined
}

/** From the snapshots of runs to an ensemble: the answer first, then what it is made of and how good it is. */
export function EnsemblePanel(props: EnsemblePanelProps) {
  const { runs, onClose, start } = props
  const title = useId()
  const candidates = useCandidates(runs)
  const ensemble = useEnsemble(candidates, start)
  return (
    <section className={classes.panel} aria-labelledby={title} aria-busy={ensemble.state === 'loading'}>
      <div className={classes.panelHead}>
        <Title order={2} id={title}>
          Ensemble
        </Title>
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
      {candidates.length > 0 && ensemble.state === 'ready' && <Answer {...props} model={ensemble.model} />}
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

function Answer({
  model,
  focus,
  selected,
  onSelect,
}: EnsemblePanelProps & { readonly model: EnsembleModel }) {
  const { test, validation } = model
  if (model.bench.judged === null) {
    return (
      <Text c="dimmed">
        The snapshots kept no predictions, because the run has neither validation nor test examples. Start a
        run with a validation part to combine its snapshots.
      </Text>
    )
  }
  return (
    <div className={classes.view}>
      <div className={classes.column}>
        <Headline model={model} focus={focus} />
        <LastCurve test={test} validation={validation} />
        <MethodPicker model={model} />
        <MembersTable model={model} selected={selected} onSelect={onSelect} />
      </div>
      <div className={classes.column}>
        <ScoresTable model={model} />
      </div>
    </div>
  )
}
