import { Link } from '@tanstack/react-router'
import type { RunOrigin } from '../../../shared/run/origin.ts'
import { BranchIcon } from '../../components/BranchIcon.tsx'
import { originVerbs, stateText } from '../../format/originText.ts'
import { useRunSummary } from '../../hooks/useRuns.ts'

/** "branches from trunk, cycle 2, step 1 240": the run it came from, which may be gone. */
export function Descent({ origin }: { readonly origin: RunOrigin }) {
  const { kind, runId, runName, stepsDone } = origin
  const parent = useRunSummary(runId)
  const snapshot = parent?.snapshots.find(({ step }) => step === stepsDone - 1)
  return (
    <span>
      <BranchIcon /> {originVerbs[kind]}{' '}
      {parent === undefined ? (
        `${runName || runId}, which was deleted`
      ) : (
        <Link
          to="/runs/$runId"
          params={{ runId }}
          search={snapshot === undefined ? {} : { snapshot: snapshot.id }}
        >
          {parent.name}
        </Link>
      )}
      {kind !== 'again' && `, ${stateText(parent, stepsDone)}`}
    </span>
  )
}
