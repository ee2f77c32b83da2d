import type { ImportedLogRun, LogProgress, LogRun } from '../../shared/api/elsewhere.ts'
import type { ImportEventFiles } from '../../shared/api/eventFiles.ts'
import { api } from '../client.ts'
import { notifyDone, notifyError } from '../components/notify.ts'
import { counted } from '../format/format.ts'
import { held } from '../pages/data/import/held.ts'
import { elsewhereDialog } from './dialogs.ts'
import { emptyLogDraft, type LogDraft } from './logDraft.ts'

export type LogJob =
  | { readonly state: 'idle' | 'cancelled' }
  | { readonly state: 'reading'; readonly progress: LogProgress | undefined }
  | { readonly state: 'importing'; readonly progress: LogProgress | undefined; readonly isFollowed: boolean }
  | { readonly state: 'read'; readonly path: string; readonly runs: readonly LogRun[] }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'done'; readonly runs: readonly ImportedLogRun[]; readonly isFollowed: boolean }

export const logJob = held<LogJob>({ state: 'idle' })
/** The path as it is typed. */
export const logPathDraft = held('')
export const logDraft = held<LogDraft>(emptyLogDraft)

let end: (() => void) | undefined

/** Opens the dialog; with a path it is read at once. */
export function openImportLog(path?: string): void {
  const { state } = logJob.get()
  if (state === 'done' || state === 'failed' || state === 'cancelled') logJob.set({ state: 'idle' })
  elsewhereDialog.set('log')
  if (path === undefined || state === 'importing') return
  logPathDraft.set(path)
  readLog(path)
}

export function readLog(path: string): void {
  end?.()
  logDraft.set(emptyLogDraft)
  logJob.set({ state: 'reading', progress: undefined })
  const subscription = api.elsewhere.previewLog.subscribe(
    { path },
    {
      onData(step) {
        if (step.type === 'progress') return logJob.set({ state: 'reading', progress: step })
        settle({ state: 'read', path, runs: step.runs })
      },
      onError: (error) => settle({ state: 'failed', error }),
    },
  )
  end = () => subscription.unsubscribe()
}

export function importLog(input: ImportEventFiles): void {
  end?.()
  const isFollowed = input.follow === true
  logJob.set({ state: 'importing', progress: undefined, isFollowed })
  const subscription = api.elsewhere.importLog.subscribe(input, {
    onData(step) {
      if (step.type === 'progress') return logJob.set({ state: 'importing', progress: step, isFollowed })
      settle({ state: 'done', runs: step.runs, isFollowed })
      if (elsewhereDialog.get() !== 'log')
        notifyDone(`${counted(step.runs.length, 'run')} imported from ${input.path}`)
    },
    onError(error) {
      settle({ state: 'failed', error })
      if (elsewhereDialog.get() !== 'log') notifyError(`${input.path} could not be imported`, error)
    },
  })
  end = () => subscription.unsubscribe()
}

/** What is followed is read on; only the dialog no longer waits for it. */
export function leaveLog(): void {
  cancelLog()
  elsewhereDialog.set(undefined)
}

export function cancelLog(): void {
  const job = logJob.get()
  const wasImport = job.state === 'importing' && !job.isFollowed
  end?.()
  end = undefined
  logJob.set({ state: wasImport ? 'cancelled' : 'idle' })
}

function settle(job: LogJob): void {
  end?.()
  end = undefined
  logJob.set(job)
}
