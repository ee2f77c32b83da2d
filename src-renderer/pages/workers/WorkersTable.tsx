import type { Invitation, WorkersInfo } from '../../../shared/api/workers.ts'
import { useNow } from '../../hooks/useNow.ts'
import { WorkerRow } from './WorkerRow.tsx'
import classes from './Workers.module.css'

interface WorkersTableProps {
  readonly info: WorkersInfo
  readonly onInvited: (invitation: Invitation) => void
}

/** Who there is, on which machine, and what each trains. */
export function WorkersTable({ info, onInvited }: WorkersTableProps) {
  const now = useNow(1_000)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label="All workers">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Worker</th>
            <th scope="col">Machine</th>
            <th scope="col">Trains</th>
            <th scope="col" className={classes.number} title="Of all cores together, over the last minute">
              Load
            </th>
            <th scope="col" className={classes.number} title="On the disk of the worker’s folder">
              Disk free
            </th>
            <th scope="col">Build</th>
            <th scope="col">Heard</th>
            <th scope="col">
              <span className={classes.unseen}>Actions</span>
            </th>
          </tr>
        </thead>
        {info.workers.map((worker) => (
          <WorkerRow
            key={worker.id}
            worker={worker}
            patience={info.patience}
            now={now}
            onInvited={onInvited}
          />
        ))}
      </table>
    </section>
  )
}
