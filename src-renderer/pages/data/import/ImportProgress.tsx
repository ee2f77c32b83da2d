import { Button } from '@mantine/core'
import type { ImportStep } from '../../../../shared/api/datasets.ts'
import { bytes, count, percent } from '../../../format/format.ts'
import classes from './ImportPanel.module.css'
import { cancelImport } from './importJob.ts'

interface ImportProgressProps {
  readonly path: string
  readonly progress: Extract<ImportStep, { type: 'progress' }> | undefined
}

export function ImportProgress({ path, progress }: ImportProgressProps) {
  const total = progress?.total ?? undefined
  return (
    <div className={classes.progress}>
      <progress
        className={classes.bar}
        aria-label={`Import of ${path}`}
        max={total ?? 1}
        {...(total !== undefined && { value: progress?.done ?? 0 })}
      />
      <div className={classes.buttons}>
        <span role="status">{progressWords(progress)}</span>
        <Button variant="default" ml="auto" onClick={cancelImport}>
          Cancel
        </Button>
      </div>
    </div>
  )
}

function progressWords(progress: ImportProgressProps['progress']): string {
  if (progress === undefined) return 'Opening the files…'
  const { done, total, unit } = progress
  const amount = unit === 'bytes' ? bytes : count
  const noun = unit === 'bytes' ? '' : ' examples'
  if (total === null) return `${amount(done)}${noun}`
  return `${amount(done)} of ${amount(total)}${noun}, ${percent(total === 0 ? 1 : done / total, 0)}`
}
