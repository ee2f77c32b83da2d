import { Button, Select, TextInput, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import {
  canSkipUnusable,
  type ImagesOptions,
  type ImportFormat,
  importOptions,
  skipHint,
} from '../../../../shared/data/importOptions.ts'
import { parseOrExplain } from '../../../../shared/errors.ts'
import { errorWords } from '../../../components/errorWords.ts'
import { type Draft, emptyDraft, importDraft, optionsOf, type PathField } from './draft.ts'
import { FolderBrowser, folderQuery } from './FolderBrowser.tsx'
import { CommonFields, FormatFields } from './FormatFields.tsx'
import classes from './ImportPanel.module.css'
import { ImportProgress } from './ImportProgress.tsx'
import { importJob, startImport } from './importJob.ts'
import { importPanel } from './importPanel.ts'
import { type Mistakes, mistakesIn, placeOf } from './mistakes.ts'
import { NativeDialogs } from './NativeDialogs.tsx'
import { Preview } from './Preview.tsx'
import { Refusal } from './Refusal.tsx'
import { type Blocked, readyOptions } from './ready.ts'

const formats: readonly { readonly value: ImportFormat; readonly label: string }[] = [
  { value: 'images', label: 'Folder of images, a folder a class' },
  { value: 'csv', label: 'CSV table' },
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
  const draft = importDraft.use()
  const job = importJob.use()
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => first.current?.focus(), [])
  const [target, setTarget] = useState<PathField>('path')
  const [wasTried, setTried] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const [blocked, setBlocked] = useState<Blocked | undefined>(undefined)
  // A press of the button that leads nowhere ends at the field that is the reason.
  useEffect(() => {
    if (blocked !== undefined) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [blocked])
  const { format, found, pathMistake } = useFormat(draft)
  const options = format === undefined ? undefined : optionsOf(draft, format)
  const failure = job.state === 'failed' ? errorWords(job.error) : undefined
  const placed = failure !== undefined && options ? placeOf(failure, options) : undefined
  const refusal = blocked?.words ?? (placed === undefined ? failure : undefined)
  const mistakes = shownMistakes()
  const isRunning = job.state === 'running'

  function shownMistakes(): Mistakes {
    const own = wasTried && format && options ? mistakesIn(options, format) : {}
    return {
      ...(wasTried && draft.path.trim() === '' && { path: 'Must name a file or folder.' }),
      ...(placed && { [placed[0]]: placed[1] }),
      ...(pathMistake && { path: pathMistake }),
      ...own,
    }
  }
  const change = useCallback((part: Partial<Draft>): void => {
    importDraft.set({ ...importDraft.get(), ...part })
    if (importJob.get().state !== 'running') importJob.set({ state: 'idle' })
    setBlocked(undefined)
  }, [])
  const submit = async (without: Pick<ImagesOptions, 'skipUnusable'> | undefined): Promise<void> => {
    setTried(true)
    const ready = await readyOptions(draft)
    if ('words' in ready) {
      setBlocked(ready)
      return
    }
    setBlocked(undefined)
    startImport(parseOrExplain(importOptions, { ...ready.options, ...without }, 'importing a data set'))
  }
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
        void submit(undefined)
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
          description="On the machine Anneal runs on; it is copied, so the files may go afterwards"
          value={draft.path}
          error={mistakes.path}
          onChange={({ currentTarget }) => change({ path: currentTarget.value, format: null })}
          onFocus={() => setTarget('path')}
          spellCheck={false}
          autoComplete="off"
          ref={first}
        />
        <NativeDialogs onPick={pick} />
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
      <div className={classes.foot}>
        {refusal !== undefined && (
          <Refusal
            words={refusal.replace(` ${skipHint}`, '')}
            {...(canSkipUnusable(refusal) && { onSkip: () => void submit({ skipUnusable: true }) })}
          />
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
            <Button
              variant="subtle"
              color="gray"
              onClick={() => {
                change(emptyDraft)
                setTried(false)
                first.current?.focus()
              }}
            >
              Clear the form
            </Button>
          </div>
        )}
      </div>
    </form>
  )
}

/** Another file of the set mostly lies beside the first. */
const browsed = (draft: Draft, target: PathField): string => draft[target].trim() || draft.path.trim()

/** What the path looks like, unless the user says otherwise. `found`: null where it looks like nothing we read. */
function useFormat(draft: Draft): {
  readonly format: ImportFormat | undefined
  readonly found: ImportFormat | null | undefined
  readonly pathMistake: string | undefined
} {
  const path = draft.path.trim()
  const [asked] = useDebouncedValue(path, 200)
  const look = useQuery({ ...folderQuery(asked), enabled: asked !== '' })
  // While the next letter is typed the fields stay as they were.
  const [found, setFound] = useState(look.data?.format)
  useEffect(() => {
    if (look.data !== undefined) setFound(look.data.format)
  }, [look.data])
  const refusal = asked === path && look.error !== null ? errorWords(look.error) : undefined
  const words = refusal && (placeOf(refusal, { path })?.[1] ?? refusal)
  if (path === '') return { format: draft.format ?? undefined, found: undefined, pathMistake: undefined }
  return { format: draft.format ?? found ?? undefined, found, pathMistake: words }
}
