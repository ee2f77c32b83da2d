import type { RunSummary } from '../../../shared/api/runs.ts'
import { useNow } from '../../hooks/useNow.ts'
import { ordersThatWait } from './ordersThatWait.ts'
import classes from './Run.module.css'
import type { RunCommands } from './useRunCommands.ts'

/** What was asked of a run whose worker has not heard of it yet, and why; it goes when the run shows that it was done. */
export function OrdersNote({
  run,
  commands: { waiting },
}: {
  readonly run: RunSummary
  readonly commands: RunCommands
}) {
  const isKept = (run.place?.orders.length ?? 0) > 0
  const now = useNow(isKept ? 1_000 : 60_000)
  const orders = ordersThatWait(run, waiting, now)
  if (orders.length === 0) return null
  return (
    <section
      className={classes.note}
      data-tone="attention"
      aria-label={`Orders of ${run.name}`}
      role="status"
    >
      {orders.map(({ name, title, reason }) => (
        <p key={name}>
          <strong>{title}.</strong> {reason}
        </p>
      ))}
    </section>
  )
}
