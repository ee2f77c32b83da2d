import type { RunSummary } from '../../../shared/api/runs.ts'
import classes from './Run.module.css'
import type { CommandName, RunCommands } from './useRunCommands.ts'

const orders: Readonly<Record<CommandName, string>> = {
  pause: 'The pause waits',
  resume: 'Going on waits',
  stop: 'The stop waits',
  stopAtCycleEnd: 'The stop at the end of the cycle waits',
  keepGoing: 'Keeping going waits',
  annealNow: 'Annealing waits',
  extend: 'The extension waits',
}

/** What was asked of a run whose worker has not heard of it yet, and why; it goes when the run shows that it was done. */
export function OrdersNote({
  run,
  commands: { waiting },
}: {
  readonly run: RunSummary
  readonly commands: RunCommands
}) {
  if (waiting.size === 0) return null
  return (
    <section
      className={classes.note}
      data-tone="attention"
      aria-label={`Orders of ${run.name}`}
      role="status"
    >
      {[...waiting].map(([name, reason]) => (
        <p key={name}>
          <strong>{orders[name]}.</strong> {reason}
        </p>
      ))}
    </section>
  )
}
