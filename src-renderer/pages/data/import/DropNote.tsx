import { Button } from '@mantine/core'
import { errorWords } from '../../../components/errorWords.ts'
import { bytes, counted, percent } from '../../../format/format.ts'
import { dropJob, leaveDrop } from './dropJob.ts'
import classes from './ImportPanel.module.css'

/** What becomes of data that were dropped onto the window. */
export function DropNote() {
  const job = dropJob.use()
  if (job.state === 'idle') return null
  if (job.state !== 'sending')
    return (
      <p className={classes.mistake} role="alert">
        {job.state === 'refused'
          ? job.words
          : `What was dropped could not be taken. ${errorWords(job.error)}`}
      </p>
    )
  const share = job.bytes === 0 ? 0 : job.sent / job.bytes
  return (
    <div className={`${classes.progress} ${classes.wide}`}>
      <progress className={classes.bar} aria-label="Sending the dropped files" max={1} value={share} />
      <div className={classes.buttons}>
        <span role="status">
          Sending {counted(job.files, 'file')} to the machine Anneal runs on: {percent(share, 0)} of{' '}
          {bytes(job.bytes)}
        </span>
        <Button variant="default" ml="auto" onClick={leaveDrop}>
          Cancel
        </Button>
      </div>
    </div>
  )
}
