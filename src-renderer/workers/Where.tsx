import { Link } from '@tanstack/react-router'
import type { RunSummary } from '../../shared/api/runs.ts'
import { useHeard, useWhere } from './useWhere.ts'
import classes from './Where.module.css'

/** Where a run trains, beside the note on its state; nothing for one that trains here, or waits. */
export function Where({ run }: { readonly run: RunSummary }) {
  const where = useWhere(run)
  const heard = useHeard(run)
  if (where === undefined || where.brief === null) return null
  return (
    <span className={classes.where}>
      <Link to="/workers" title={where.text}>
        {where.brief}
      </Link>
      {heard !== undefined && <span className={classes.heard}>{heard}</span>}
    </span>
  )
}

/** The same in a word, for a cell or a strip; the sentence is told to the pointer. */
export function WhereShort({ run }: { readonly run: RunSummary }) {
  const where = useWhere(run)
  if (where === undefined) return null
  return (
    <span className={classes.short} data-attention={where.isAttention} title={where.text}>
      {where.short}
    </span>
  )
}
