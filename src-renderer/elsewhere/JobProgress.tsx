import { Button } from '@mantine/core'
import classes from './Elsewhere.module.css'

interface JobProgressProps {
  readonly label: string
  /** "3 of 20 files" */
  readonly words: string
  /** From 0 to 1; undefined before the first word of it. */
  readonly share: number | undefined
  readonly onCancel: () => void
  /** What the button is called that ends the waiting. */
  readonly end?: string
}

export function JobProgress({ label, words, share, onCancel, end = 'Cancel' }: JobProgressProps) {
  return (
    <div className={classes.progress}>
      <progress aria-label={label} max={1} {...(share !== undefined && { value: share })} />
      <span role="status">{words}</span>
      <Button variant="default" ml="auto" onClick={onCancel}>
        {end}
      </Button>
    </div>
  )
}
