import type { RunSummary } from '../../../shared/api/runs.ts'
import { EditableTitle } from '../../components/EditableTitle.tsx'
import classes from './Run.module.css'
import { annotateRun } from './runActs.ts'

export function EditableName({ run }: { readonly run: RunSummary }) {
  return (
    <EditableTitle
      name={run.name}
      label="Name of the run"
      className={classes.name}
      onRename={(name) => void annotateRun(run, { name }, 'The run was not renamed')}
    />
  )
}
