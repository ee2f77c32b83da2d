import { PageHeader } from '../../../components/PageHeader.tsx'
import classes from '../Studies.module.css'

export function NewStudyPage() {
  return (
    <main className={classes.page}>
      <PageHeader title="New study" />
    </main>
  )
}
