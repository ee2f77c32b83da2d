import type { RibbonDot } from '../../ribbon/types.ts'
import classes from './Snapshots.module.css'

/** As on the ribbon. planned: hollow; stored: filled; best: ringed; lost: crossed. */
export function DotMark({ state }: Pick<RibbonDot, 'state'>) {
  return (
    <svg className={classes.mark} data-state={state} width={14} height={14} aria-hidden="true">
      {state === 'lost' ? <path d="M4 4l6 6m0-6l-6 6" /> : <circle cx={7} cy={7} r={3.5} />}
      {state === 'best' && <circle className={classes.ring} cx={7} cy={7} r={6} />}
    </svg>
  )
}
