import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import {
  type ImagesOptions,
  type ImportFormat,
  importOptions,
} from '../../../../shared/data/importOptions.ts'
import { parseOrExplain } from '../../../../shared/errors.ts'
import { errorWords } from '../../../components/errorWords.ts'
import { focusMistake } from '../../../components/focusMistake.ts'
import { type Draft, emptyDraft, importDraft, optionsOf } from './draft.ts'
import { folderQuery } from './FolderBrowser.tsx'
import { importJob, startImport } from './importJob.ts'
import { type Mistakes, mistakesIn, placeOf } from './mistakes.ts'
import { type Blocked, readyOptions } from './ready.ts'

/** The state of the form between the first letter and the import. */
export function useImportForm() {
  const draft = importDraft.use()
  const job = importJob.use()
  const form = useRef<HTMLFormElement>(null)
  const [wasTried, setTried] = useState(false)
  const [blocked, setBlocked] = useState<Blocked | undefined>(undefined)
  const pressed = useRef<Element>(null)
  useEffect(() => {
    if (blocked !== undefined) focusMistake(form.current, pressed.current)
  }, [blocked])
  const { format, found, pathMistake } = useFormat(draft)
  const options = format === undefined ? undefined : optionsOf(draft, format)
  const failure = job.state === 'failed' ? errorWords(job.error) : undefined
  const placed = failure !== undefined && options ? placeOf(failure, options) : undefined
  const mistakes: Mistakes = {
    ...(wasTried && draft.path.trim() === '' && { path: 'Must name a file or folder.' }),
    ...(placed && { [placed[0]]: placed[1] }),
    ...(pathMistake && { path: pathMistake }),
    ...(wasTried && format && options && mistakesIn(options, format)),
  }
  const change = useCallback((part: Partial<Draft>): void => {
    importDraft.set({ ...importDraft.get(), ...part })
    if (importJob.get().state !== 'running') importJob.set({ state: 'idle' })
    setBlocked(undefined)
  }, [])
  const submit = async (without?: Pick<ImagesOptions, 'skipUnusable'>): Promise<void> => {
    setTried(true)
    pressed.current = document.activeElement
    const ready = await readyOptions(draft)
    if ('words' in ready) {
      setBlocked(ready)
      return
    }
    setBlocked(undefined)
    startImport(parseOrExplain(importOptions, { ...ready.options, ...without }, 'importing a data set'))
  }
  const clear = (): void => {
    change(emptyDraft)
    setTried(false)
  }
  /** What stands in the way of an import and has no field of its own. */
  const refusal = blocked?.words ?? (placed === undefined ? failure : undefined)
  return { draft, job, form, format, found, mistakes, blocked, refusal, change, submit, clear }
}

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
