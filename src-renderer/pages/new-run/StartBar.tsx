import { Button } from '@mantine/core'
import type { DatasetInfo } from '../../../shared/api/datasets.ts'
import { Cost } from './Cost.tsx'
import type { Checked } from './model/check.ts'
import classes from './StartBar.module.css'

interface StartBarProps {
  readonly checked: Checked
  /** The data sets of the lab that are whole; undefined until they are known. */
  readonly whole: readonly DatasetInfo[] | undefined
  /** What keeps it from starting, or what became of the last try; undefined: nothing. */
  readonly problem: string | undefined
  readonly onShowProblem: (() => void) | undefined
  /** Others train or wait: it can stand in line. */
  readonly canQueue: boolean
  /** It is to train on another machine. */
  readonly isElsewhere: boolean
  readonly isBusy: boolean
  readonly onStart: (when: 'now' | 'queue') => void
  /** Asks a question over many runs like this one. */
  readonly onSweep: () => void
}

/** Always in the same corner: what it will cost, and the button. */
export function StartBar(given: StartBarProps) {
  const { checked, whole, problem, onShowProblem, canQueue, isElsewhere, isBusy, onStart, onSweep } = given
  return (
    <footer className={classes.bar}>
      <div className={classes.problem} role="status">
        {problem !== undefined && <span>{problem}</span>}
        {onShowProblem !== undefined && (
          <Button size="compact-xs" variant="default" onClick={onShowProblem}>
            Show
          </Button>
        )}
      </div>
      <Cost checked={checked} whole={whole} isElsewhere={isElsewhere} />
      <Button
        variant="default"
        disabled={checked.spec === undefined}
        title="A study over many runs like this one"
        onClick={onSweep}
      >
        Sweep this…
      </Button>
      {canQueue && (
        <Button variant="default" disabled={isBusy} onClick={() => onStart('queue')}>
          Add to queue
        </Button>
      )}
      <Button className={classes.start} loading={isBusy} onClick={() => onStart('now')}>
        Start
      </Button>
    </footer>
  )
}
