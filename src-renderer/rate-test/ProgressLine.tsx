import type { RunSummary } from '../../shared/api/runs.ts'
import type { RateTestView } from '../../shared/api/studies.ts'
import { isActive } from '../../shared/run/state.ts'
import { progressText } from './words.ts'

interface ProgressLineProps {
  readonly run: Pick<RunSummary, 'status' | 'stepsDone'>
  readonly view: RateTestView | undefined
}

/** How far a range test is, or how it ended. Screen readers are told the end, and not every step on the way. */
export function ProgressLine({ run, view }: ProgressLineProps) {
  const text = progressText(run, view)
  const isLive = isActive(run.status)
  return (
    <span>
      {isLive && text}
      <span role="status">{isLive ? '' : text}</span>
    </span>
  )
}
