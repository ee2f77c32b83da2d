import { Anchor, Button, Select, TextInput, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import {
  type PredictionsImported,
  type PredictionsPreview,
  type PredictionsProgress,
  predictionForms,
} from '../../shared/api/outsidePredictions.ts'
import { errorWords } from '../components/errorWords.ts'
import { focusMistake } from '../components/focusMistake.ts'
import { count, counted, loss, percent } from '../format/format.ts'
import { useRuns } from '../hooks/useRuns.ts'
import { elsewhereDialog } from './dialogs.ts'
import classes from './Elsewhere.module.css'
import { JobProgress } from './JobProgress.tsx'
import { LabelsFields } from './LabelsFields.tsx'
import { PredictionFiles } from './PredictionFiles.tsx'
import { PredictionsLookTable } from './PredictionsLookTable.tsx'
import {
  type PredictionsDraft,
  type PredictionsField,
  placeOf,
  predictionsInput,
} from './predictionsDraft.ts'
import {
  cancelPredictions,
  changePredictions,
  checkPredictions,
  importThem,
  type PredictionsJob,
  predictionsDraft,
  predictionsJob,
} from './predictionsJob.ts'

/** What is wrong with a field. */
export type PredictionsMistakes = Partial<Record<PredictionsField, string>>

/** From files of predictions to members of ensembles: they are checked as a whole before anything is stored. */
export default function ImportPredictions() {
  const draft = predictionsDraft.use()
  const job = predictionsJob.use()
  const { runs } = useRuns()
  const [missing, setMissing] = useState<PredictionsMistakes>({})
  const form = useRef<HTMLFormElement>(null)
  const hasFailed = job.state === 'failed' || Object.keys(missing).length > 0
  const pressed = useRef<Element>(null)
  useEffect(() => {
    if (hasFailed) focusMistake(form.current, pressed.current)
  }, [hasFailed])
  if (job.state === 'done') return <Imported imported={job.imported} />
  const isBusy = job.state === 'checking' || job.state === 'importing'
  const refused = job.state === 'failed' ? placeOf(errorWords(job.error), draft) : undefined
  const mistakes: PredictionsMistakes = { ...missing, ...(refused && { [refused.field]: refused.words }) }
  const change = (part: Partial<PredictionsDraft>): void => {
    setMissing({})
    changePredictions(part)
  }
  const submit = (): void => {
    if (isBusy) return
    pressed.current = document.activeElement
    const ready = predictionsInput(draft, runs)
    if ('words' in ready) setMissing({ [ready.field]: ready.words })
    else if (job.state === 'checked') importThem(ready.input)
    else checkPredictions(ready.input)
  }
  return (
    <form
      className={classes.form}
      aria-label="Import predictions"
      noValidate
      ref={form}
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <PredictionFiles draft={draft} mistake={mistakes.files} isBusy={isBusy} onChange={change} />
      {draft.files[0] !== undefined && (
        <PredictionsLookTable
          path={draft.files[0].path}
          labels={draft.labelsFrom === 'files' ? draft.column : null}
        />
      )}
      <fieldset className={classes.fields} disabled={isBusy}>
        <LabelsFields draft={draft} mistakes={mistakes} runs={runs} onChange={change} />
        <Select
          label="The numbers are"
          data={[
            { value: '', label: 'Told by the numbers' },
            { value: 'probabilities', label: 'Probabilities' },
            { value: 'logits', label: 'Logits' },
          ]}
          value={draft.as ?? ''}
          error={mistakes.as}
          allowDeselect={false}
          onChange={(as) => change({ as: predictionForms.find((form) => form === as) ?? null })}
        />
        <Select
          label="Of the examples for"
          data={[
            { value: 'test', label: 'Test' },
            { value: 'validation', label: 'Validation' },
          ]}
          value={draft.part}
          allowDeselect={false}
          onChange={(part) => change({ part: part === 'validation' ? 'validation' : 'test' })}
        />
        <TextInput
          label="Name of the run"
          placeholder="As the files are called"
          value={draft.name}
          error={mistakes.name}
          onChange={({ currentTarget }) => change({ name: currentTarget.value })}
        />
      </fieldset>
      {job.state === 'checked' && <Checked preview={job.preview} />}
      {job.state === 'cancelled' && <p role="status">Cancelled; nothing was stored.</p>}
      <div className={classes.foot}>
        {isBusy ? (
          <JobProgress
            label={job.state === 'checking' ? 'Reading the predictions' : 'Importing the predictions'}
            words={progressWords(job.progress)}
            share={job.progress && job.progress.done / job.progress.total}
            onCancel={cancelPredictions}
          />
        ) : (
          <div className={classes.buttons}>
            <Button type="submit">
              {job.state === 'checked' ? `Import ${counted(job.preview.members.length, 'member')}` : 'Check'}
            </Button>
            <Foot job={job} hasMistake={Object.keys(mistakes).length > 0} />
          </div>
        )}
      </div>
    </form>
  )
}

function Foot({ job, hasMistake }: { readonly job: PredictionsJob; readonly hasMistake: boolean }) {
  if (hasMistake)
    return (
      <span className={classes.aside} role="alert">
        Nothing was stored; the field that is marked says why.
      </span>
    )
  return (
    <span className={classes.aside}>
      {job.state === 'checked'
        ? 'Stored as a run, whose snapshots are the files in their order'
        : 'Reads the files and scores them; nothing is stored yet'}
    </span>
  )
}

const progressWords = (progress: PredictionsProgress | undefined): string =>
  progress === undefined ? 'Opening the files…' : `${progress.done} of ${counted(progress.total, 'file')}`

function Checked({ preview }: { readonly preview: PredictionsPreview }) {
  const { members, examples, classes: classCount, part, labelsFrom } = preview
  const section = useRef<HTMLElement>(null)
  useEffect(() => {
    // Newer browsers give a promise, which is no end of an effect.
    void section.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  return (
    <section className={classes.checked} aria-labelledby="checked" ref={section}>
      <Title order={3} id="checked" className={classes.heading}>
        What they are worth
        <span className={classes.aside}>
          {counted(examples, 'example')} of the {part} part, {count(classCount)} classes, {labelsFrom}
        </span>
      </Title>
      <div className={classes.box}>
        <table>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Taken for</th>
              <th scope="col" data-number>
                Accuracy, {part}
              </th>
              <th scope="col" data-number>
                NLL
              </th>
              <th scope="col">Note</th>
            </tr>
          </thead>
          <tbody>
            {members.map(({ file, as, scores, warnings }, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two files of two folders may have one name.
              <tr key={i}>
                <th scope="row" className={classes.cut}>
                  {file}
                </th>
                <td>{as}</td>
                <td data-number>{percent(scores.accuracy, 2)}</td>
                <td data-number>{loss(scores.nll)}</td>
                <td className={classes.cut} title={warnings.join(' ')}>
                  {warnings.join(' ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Imported({ imported }: { readonly imported: PredictionsImported }) {
  const { runId, runName, members, part } = imported
  const close = (): void => elsewhereDialog.set(undefined)
  const best = Math.max(...members.map(({ scores }) => scores.accuracy))
  return (
    <section className={classes.form} aria-label="Imported">
      <Title order={3} role="status">
        {counted(members.length, 'member')} imported
      </Title>
      <p style={{ margin: 0 }}>
        As the run{' '}
        <Anchor
          inherit
          renderRoot={(props) => <Link {...props} to="/runs/$runId" params={{ runId }} onClick={close} />}
        >
          {runName}
        </Anchor>
        ; the best of them is right in {percent(best, 2)} of the {part} examples.
      </p>
      <div className={classes.buttons}>
        <Button
          renderRoot={(props) => (
            <Link {...props} to="/ensembles" search={{ runs: [runId] }} onClick={close} />
          )}
        >
          Open the workbench
        </Button>
        <Button variant="default" onClick={() => predictionsJob.set({ state: 'idle' })}>
          Import others
        </Button>
      </div>
    </section>
  )
}
