import { Anchor, Button, Checkbox, TextInput, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ImportedLogRun, LogProgress, LogRun } from '../../shared/api/elsewhere.ts'
import { errorWords } from '../components/errorWords.ts'
import { NameText } from '../components/NameText.tsx'
import { bytes, count, counted, percent } from '../format/format.ts'
import { Refusal } from '../pages/data/import/Refusal.tsx'
import { elsewhereDialog } from './dialogs.ts'
import classes from './Elsewhere.module.css'
import { JobProgress } from './JobProgress.tsx'
import { LogRuns } from './LogRuns.tsx'
import { LogTags } from './LogTags.tsx'
import { logInput, whyNothing } from './logDraft.ts'
import {
  cancelLog,
  importLog,
  type LogJob,
  leaveLog,
  logDraft,
  logJob,
  logPathDraft,
  readLog,
} from './logJob.ts'
import { PathPicker } from './PathPicker.tsx'

/** From the folder of a log to runs: what is in it is shown before anything is stored. */
export default function ImportLog() {
  const path = logPathDraft.use()
  const job = logJob.use()
  const isBusy = job.state === 'reading' || job.state === 'importing'
  const type = (next: string): void => {
    logPathDraft.set(next)
    if (!isBusy) logJob.set({ state: 'idle' })
  }
  const read = (): void => {
    if (path.trim() !== '' && !isBusy) readLog(path.trim())
  }
  if (job.state === 'done') return <Imported runs={job.runs} isFollowed={job.isFollowed} />
  return (
    <div className={classes.form}>
      {job.state === 'read' ? (
        <LogFound path={job.path} runs={job.runs} />
      ) : (
        <>
          <PathPicker
            label="Folder or event file"
            description="On the machine Anneal runs on: what a SummaryWriter or TensorBoard callback writes to; a run a folder"
            path={path}
            disabled={isBusy}
            onType={type}
            onPick={type}
            onEnter={read}
          />
          {job.state === 'failed' && <Refusal words={errorWords(job.error)} />}
          {job.state === 'cancelled' && <p role="status">Cancelled; no new run was stored.</p>}
          {isBusy ? (
            <Progress job={job} />
          ) : (
            <div className={classes.buttons}>
              <Button onClick={read} disabled={path.trim() === ''}>
                Read the log
              </Button>
            </div>
          )}
        </>
      )}
    </div>
  )
}

function Progress({ job }: { readonly job: Extract<LogJob, { readonly progress: unknown }> }) {
  const { state, progress } = job
  const isFollowed = state === 'importing' && job.isFollowed
  return (
    <>
      <JobProgress
        label={state === 'reading' ? 'Reading the log' : 'Importing the log'}
        words={progressWords(progress)}
        share={progress && shareOf(progress)}
        onCancel={isFollowed ? leaveLog : cancelLog}
        {...(isFollowed && { end: 'Read on in the background' })}
      />
      {isFollowed && (
        <p className={classes.aside} style={{ margin: 0 }}>
          It is followed from now on. What is there already is read first, and its runs are in the list of
          runs; “Stop following” on their pages ends it.
        </p>
      )}
    </>
  )
}

const shareOf = ({ done, total }: LogProgress): number => (total === 0 ? 1 : done / total)

function progressWords(progress: LogProgress | undefined): string {
  if (progress === undefined) return 'Opening the files…'
  return `${bytes(progress.done)} of ${bytes(progress.total)}, ${percent(shareOf(progress), 0)}`
}

interface LogFoundProps {
  readonly path: string
  readonly runs: readonly LogRun[]
}

function LogFound({ path, runs }: LogFoundProps) {
  const draft = logDraft.use()
  const change = (part: Partial<typeof draft>): void => logDraft.set({ ...draft, ...part })
  const nothing = whyNothing(runs, draft)
  const fresh = runs.filter(({ known }) => known === null).length
  const size = runs.reduce((sum, run) => sum + run.bytes, 0)
  return (
    <form
      className={classes.form}
      aria-label="Import a TensorBoard log"
      onSubmit={(event) => {
        event.preventDefault()
        importLog(logInput(path, draft, runs))
      }}
    >
      <p className={classes.aside} style={{ margin: 0, overflowWrap: 'anywhere' }}>
        {path}: {counted(runs.length, 'run')}, {bytes(size)}
      </p>
      <LogRuns runs={runs} />
      <LogTags runs={runs} draft={draft} onChange={(next) => logDraft.set(next)} />
      <div className={classes.fields}>
        {runs.length === 1 && runs[0]?.known === null && (
          <TextInput
            label="Name of the run"
            placeholder={runs[0].name}
            value={draft.name}
            maxLength={200}
            onChange={({ currentTarget }) => change({ name: currentTarget.value })}
          />
        )}
        <Checkbox
          className={classes.wide}
          label="Follow while it is written"
          description="What the other program writes from now on is read as it comes; the run stays running until you end that"
          checked={draft.follow}
          onChange={({ currentTarget }) => change({ follow: currentTarget.checked })}
        />
      </div>
      {nothing !== undefined && <p role="status">{nothing}</p>}
      <div className={`${classes.buttons} ${classes.foot}`}>
        <Button type="submit" disabled={nothing !== undefined}>
          {importWords(fresh, runs.length - fresh)}
        </Button>
        <Button variant="default" onClick={() => logJob.set({ state: 'idle' })}>
          Another folder
        </Button>
      </div>
    </form>
  )
}

function importWords(fresh: number, known: number): string {
  if (fresh === 0) return 'Add what is new'
  const words = `Import ${counted(fresh, 'run')}`
  return known === 0 ? words : `${words}, add to ${counted(known, 'other')}`
}

function Imported({
  runs,
  isFollowed,
}: {
  readonly runs: readonly ImportedLogRun[]
  readonly isFollowed: boolean
}) {
  const made = runs.filter(({ outcome }) => outcome === 'new').length
  return (
    <section className={classes.form} aria-label="Imported">
      <Title order={3} role="status">
        {made > 0 ? `${counted(made, 'run')} imported` : 'Read again'}
        {isFollowed && ', and followed'}
      </Title>
      <div className={classes.box}>
        <table>
          <tbody>
            {runs.map((run) => (
              <tr key={run.id}>
                <th scope="row" className={classes.cut}>
                  <Anchor
                    inherit
                    renderRoot={(props) => (
                      <Link
                        {...props}
                        to="/runs/$runId"
                        params={{ runId: run.id }}
                        onClick={() => elsewhereDialog.set(undefined)}
                      />
                    )}
                  >
                    <NameText name={run.name} />
                  </Anchor>
                </th>
                <td>{outcomeWords(run)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={classes.buttons}>
        <Button onClick={() => elsewhereDialog.set(undefined)}>Close</Button>
        <Button variant="default" onClick={() => logJob.set({ state: 'idle' })}>
          Import another log
        </Button>
      </div>
    </section>
  )
}

function outcomeWords({ outcome, stepsBefore, steps, notes }: ImportedLogRun): string {
  const damage = notes.length === 0 ? '' : `; ${notes.join(' ')}`
  if (outcome === 'new') return `${counted(steps, 'step')}${damage}`
  if (outcome === 'same') return `nothing new; ${counted(steps, 'step')} as before${damage}`
  return `read on: ${count(stepsBefore)} steps before, ${count(steps)} now${damage}`
}
