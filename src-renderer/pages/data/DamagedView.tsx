import { Button, Title } from '@mantine/core'
import { useState } from 'react'
import type { DamagedDatasetInfo } from '../../../shared/api/datasets.ts'
import classes from './DatasetView.module.css'
import { openImportForm } from './import/importJob.ts'
import { RemoveDataset } from './RemoveDataset.tsx'

interface DamagedViewProps {
  readonly dataset: DamagedDatasetInfo
  readonly onGone: () => void
}

/** A stored data set whose files are not as they were written: what is wrong, and the two ways on. */
export function DamagedView({ dataset, onGone }: DamagedViewProps) {
  const [isRemoving, setRemoving] = useState(false)
  return (
    <article className={classes.view} aria-label={dataset.id}>
      <header className={classes.head}>
        <Title order={2} fz="lg" className={classes.name}>
          {dataset.id} is damaged
        </Title>
        <div className={classes.actions}>
          <Button variant="default" onClick={() => setRemoving(true)}>
            Remove…
          </Button>
          <Button onClick={openImportForm}>Import it again</Button>
        </div>
      </header>
      <p className={classes.problem} role="alert">
        {dataset.problem}
      </p>
      <p className={classes.problem}>
        No run can train on it until then. Importing the same files again mends it under the same id, and the
        runs that used it find it again. What those runs have stored is whole.
      </p>
      <RemoveDataset
        opened={isRemoving}
        subject={dataset}
        onClose={() => setRemoving(false)}
        onRemoved={onGone}
      />
    </article>
  )
}
