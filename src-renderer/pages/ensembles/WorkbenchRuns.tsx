import { CloseButton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { NameText } from '../../components/NameText.tsx'
import { counted } from '../../format/format.ts'
import classes from './Ensembles.module.css'
import type { Standing } from './joining.ts'
import { RunPicker } from './RunPicker.tsx'

interface WorkbenchRunsProps {
  readonly standing: readonly Standing[]
  /** Named in the address, but not to be found. */
  readonly missing: readonly string[]
  readonly onAdd: (runId: string) => void
  readonly onRemove: (runId: string) => void
}

/** The runs whose snapshots are candidates: more can be added, each can go. */
export function WorkbenchRuns({ standing, missing, onAdd, onRemove }: WorkbenchRunsProps) {
  const taken: readonly RunSummary[] = standing.map(({ run }) => run)
  return (
    <div className={classes.workbench}>
      <ul className={classes.runs} aria-label="Runs whose snapshots are combined">
        {standing.map(({ run, reason }) => (
          <li key={run.id} className={classes.run} data-refused={reason !== undefined || undefined}>
            <Link to="/runs/$runId" params={{ runId: run.id }} className={classes.runName}>
              <NameText name={run.name} />
            </Link>
            <span className={classes.quiet}>
              {reason === undefined ? counted(run.snapshots.length, 'snapshot') : `cannot join: ${reason}`}
            </span>
            <CloseButton size="xs" aria-label={`Take ${run.name} off`} onClick={() => onRemove(run.id)} />
          </li>
        ))}
        {missing.map((id) => (
          <li key={id} className={classes.run} data-refused>
            <span>{id}</span>
            <span className={classes.quiet}>is deleted, or of another lab</span>
            <CloseButton size="xs" aria-label={`Take ${id} off`} onClick={() => onRemove(id)} />
          </li>
        ))}
      </ul>
      <RunPicker taken={taken} placeholder="Add the snapshots of a run" onPick={onAdd} />
    </div>
  )
}
