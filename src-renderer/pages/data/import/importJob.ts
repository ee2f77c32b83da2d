import type { DatasetInfo, ImportStep } from '../../../../shared/api/datasets.ts'
import type { ImportOptions } from '../../../../shared/data/importOptions.ts'
import { api, queryClient, trpc } from '../../../client.ts'
import { notifyDone, notifyError } from '../../../components/notify.ts'
import { counted } from '../../../format/format.ts'
import { emptyDraft, importDraft } from './draft.ts'
import { held } from './held.ts'
import { importPanel } from './importPanel.ts'

export type ImportJob =
  | { readonly state: 'idle' | 'cancelled' }
  | { readonly state: 'running'; readonly path: string; readonly progress: Progress | undefined }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'done'; readonly dataset: DatasetInfo; readonly warnings: readonly string[] }

type Progress = Extract<ImportStep, { type: 'progress' }>

/** The import of this window. It goes on while other pages are looked at. */
export const importJob = held<ImportJob>({ state: 'idle' })

/** Brings the form. What the last import said has been read by then. */
export function openImportForm(): void {
  if (importJob.get().state === 'done') importJob.set({ state: 'idle' })
  importPanel.set(true)
}

let end: (() => void) | undefined

export function startImport(options: ImportOptions): void {
  end?.()
  importJob.set({ state: 'running', path: options.path, progress: undefined })
  const subscription = api.datasets.import.subscribe(options, {
    onData(step) {
      if (step.type === 'done') finish(step)
      else importJob.set({ state: 'running', path: options.path, progress: step })
    },
    onError(error) {
      end = undefined
      importJob.set({ state: 'failed', error })
      // On another page the form, which says it, is out of sight.
      if (!isFormShown()) notifyError(`${options.path} could not be imported`, error)
    },
  })
  end = () => subscription.unsubscribe()
}

/** What was written so far goes. */
export function cancelImport(): void {
  end?.()
  end = undefined
  importJob.set({ state: 'cancelled' })
}

function finish({ dataset, warnings }: Extract<ImportStep, { type: 'done' }>): void {
  end?.()
  end = undefined
  importJob.set({ state: 'done', dataset, warnings })
  importDraft.set(emptyDraft)
  for (const queryKey of [trpc.datasets.list.queryKey(), trpc.lab.storage.queryKey()])
    void queryClient.invalidateQueries({ queryKey })
  const size = counted(dataset.trainCount + dataset.testCount, 'example')
  notifyDone(`${dataset.name} is imported: ${size} in ${counted(dataset.classes.length, 'class', 'classes')}`)
}

const isFormShown = (): boolean => importPanel.get() && location.pathname === '/data'
