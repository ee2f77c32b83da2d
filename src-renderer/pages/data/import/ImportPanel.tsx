import { Button, Select, TextInput, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'
import { canSkipUnusable, type ImportFormat, skipHint } from '../../../../shared/data/importOptions.ts'
import { DropNote } from './DropNote.tsx'
import type { Draft, PathField } from './draft.ts'
import { leaveDrop } from './dropJob.ts'
import { FolderBrowser } from './FolderBrowser.tsx'
import { CommonFields, FormatFields } from './FormatFields.tsx'
import classes from './ImportPanel.module.css'
import { ImportProgress } from './ImportProgress.tsx'
import type { ImportJob } from './importJob.ts'
import { importPanel } from './importPanel.ts'
import { NativeDialogs } from './NativeDialogs.tsx'
import { Preview } from './Preview.tsx'
import { Refusal } from './Refusal.tsx'
import { useImportForm } from './useImportForm.ts'

const formats: readonly { readonly value: ImportFormat; readonly label: string }[] = [
  { value: 'images', label: 'Folder of images, a folder a class' },
  { value: 'csv', label: 'CSV table' },
  { value: 'parquet', label: 'Parquet table' },
  { value: 'numpy', label: 'NumPy arrays' },
  { value: 'idx', label: 'IDX files (MNIST)' },
  { value: 'cifar', label: 'CIFAR binary files' },
]

const pathNames: Readonly<Record<PathField, string>> = {
  path: 'File or folder',
  labels: 'Labels file',
  testImages: 'Test images',
  testLabels: 'Test labels',
  testPath: 'Test part',
}

/** From a path of the host's machine to a stored data set. */
export function ImportPanel() {
  const { draft, job, form, format, found, mistakes, blocked, refusal, change, submit, clear } =
    useImportForm()
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => first.current?.focus(), [])
  const [target, setTarget] = useState<PathField>('path')
  const isRunning = job.state === 'running'
  const fields = { draft, mistakes, onChange: change, onFocusPath: setTarget }
  const [browsedPath] = useDebouncedValue(browsed(draft, target), 200)
  const pick = (path: string): void => {
    if (!isRunning) change({ [target]: path, ...(target === 'path' && { format: null }) })
  }
  return (
    <form
      className={classes.panel}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
      ref={form}
      noValidate
      aria-label="Import a data set"
    >
      <fieldset className={classes.place} disabled={isRunning}>
        <Title order={2} fz="lg" className={classes.wide}>
          Import a data set
        </Title>
        <TextInput
          className={classes.wide}
          label="File or folder"
          description="On the machine Anneal runs on, or dropped anywhere on this window; it is copied, so the files may go afterwards"
          value={draft.path}
          error={mistakes.path}
          onChange={({ currentTarget }) => change({ path: currentTarget.value, format: null })}
          onFocus={() => setTarget('path')}
          spellCheck={false}
          autoComplete="off"
          ref={first}
        />
        <NativeDialogs onPick={pick} />
        <DropNote />
      </fieldset>
      <div className={classes.browser}>
        <Preview draft={draft} format={format} />
        <FolderBrowser path={browsedPath} label={pathNames[target]} onPick={pick} />
      </div>
      <fieldset className={classes.fields} disabled={isRunning}>
        <Select
          className={classes.wide}
          label="Read as"
          description={found === null ? 'It looks like none of these; choose one to try' : undefined}
          placeholder={draft.path.trim() === '' ? 'Told by what the path leads to' : 'Choose'}
          data={formats}
          error={blocked?.field === 'format'}
          value={format ?? null}
          onChange={(value) => change({ format: formats.find((one) => one.value === value)?.value ?? null })}
        />
        {format !== undefined && (
          <>
            <FormatFields format={format} {...fields} />
            <CommonFields {...fields} />
          </>
        )}
      </fieldset>
      <Foot
        job={job}
        refusal={refusal}
        onSkip={() => void submit({ skipUnusable: true })}
        onClear={() => {
          clear()
          leaveDrop()
          first.current?.focus()
        }}
      />
    </form>
  )
}

interface FootProps {
  readonly job: ImportJob
  readonly refusal: string | undefined
  readonly onSkip: () => void
  readonly onClear: () => void
}

/** What became of the import, and the buttons; it stays in view. */
function Foot({ job, refusal, onSkip, onClear }: FootProps) {
  return (
    <div className={classes.foot}>
      {refusal !== undefined && (
        <Refusal words={refusal.replace(` ${skipHint}`, '')} {...(canSkipUnusable(refusal) && { onSkip })} />
      )}
      {job.state === 'cancelled' && <p role="status">Cancelled; nothing was stored.</p>}
      {job.state === 'running' ? (
        <ImportProgress path={job.path} progress={job.progress} />
      ) : (
        <div className={classes.buttons}>
          <Button type="submit">Import</Button>
          <Button variant="default" onClick={() => importPanel.set(false)}>
            Close
          </Button>
          <Button variant="subtle" color="gray" onClick={onClear}>
            Clear the form
          </Button>
        </div>
      )}
    </div>
  )
}

/** Another file of the set mostly lies beside the first. */
const browsed = (draft: Draft, target: PathField): string => draft[target].trim() || draft.path.trim()
