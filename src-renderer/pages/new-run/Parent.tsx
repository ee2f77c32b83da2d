import { Button } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { branchNotes } from '../../../shared/run/branchNotes.ts'
import type { OriginKind } from '../../../shared/run/origin.ts'
import type { RunSpec } from '../../../shared/run/spec.ts'
import { changeText, specChanges } from '../../../shared/run/specChanges.ts'
import { BranchIcon } from '../../components/BranchIcon.tsx'
import { stateText } from '../../format/originText.ts'
import { useRunSummary } from '../../hooks/useRuns.ts'
import type { DraftParent } from './model/draft.ts'
import classes from './Parent.module.css'

const verbs: Readonly<Record<OriginKind, string>> = {
  branch: 'Branches from',
  fineTune: 'Fine-tunes',
  again: 'Runs again:',
}
const takes: Readonly<Record<OriginKind, string>> = {
  branch:
    'It begins with its weights, optimizer state and next batches. Model and data stay; the schedule begins at its step 0.',
  fineTune:
    'It begins with its weights alone. The model stays; choose data of the same shape and number of classes.',
  again: 'It takes nothing of it. Only the seed differs, to see how much was luck.',
}

interface ParentProps {
  readonly parent: DraftParent | undefined
  /** What the form comes to; undefined while it is wrong. */
  readonly spec: RunSpec | undefined
  readonly onLeave: () => void
}

/** The run that the new one comes from, and what it does otherwise. It can be taken off. */
export function Parent({ parent, spec, onLeave }: ParentProps) {
  const run = useRunSummary(parent?.runId ?? '')
  const navigate = useNavigate()
  if (parent === undefined) return null
  const { kind, stepsDone, runId } = parent
  const leave = () => {
    onLeave()
    void navigate({
      to: '/new',
      search: (search) => ({ ...search, begin: undefined, step: undefined }),
      replace: true,
      resetScroll: false,
    })
  }
  return (
    <section className={classes.parent} aria-label="The run it comes from">
      <p className={classes.words}>
        <BranchIcon /> {verbs[kind]}{' '}
        <Link to="/runs/$runId" params={{ runId }}>
          {run?.name ?? runId}
        </Link>
        {kind !== 'again' && `, ${stateText(run, stepsDone)}`}
      </p>
      <p className={classes.more}>{takes[kind]}</p>
      {run !== undefined && spec !== undefined && <Changes from={run.spec} to={spec} />}
      {run !== undefined &&
        spec !== undefined &&
        kind !== 'again' &&
        branchNotes(run.spec, spec).map((sentence) => (
          <p className={classes.more} key={sentence}>
            {sentence}
          </p>
        ))}
      <Button size="compact-xs" variant="default" onClick={leave}>
        {kind === 'again' ? 'A run of its own instead' : 'Fresh weights instead'}
      </Button>
    </section>
  )
}

function Changes({ from, to }: { readonly from: RunSpec; readonly to: RunSpec }) {
  const changes = specChanges(from, to)
  if (changes.length === 0) return <p className={classes.more}>Nothing is changed yet.</p>
  return (
    <ul className={classes.changes} aria-label="What is changed">
      {changes.map((change) => (
        <li key={change.path}>{changeText(change)}</li>
      ))}
    </ul>
  )
}
