import type { StudySummary } from '../../../shared/api/studies.ts'
import { EditableTitle } from '../../components/EditableTitle.tsx'
import classes from './Studies.module.css'
import { editStudy } from './studyActs.ts'

export function StudyName({ study }: { readonly study: StudySummary }) {
  return (
    <EditableTitle
      name={study.name}
      label="Name of the study"
      className={classes.name}
      onRename={(name) => void editStudy(study, { name })}
    />
  )
}
