import type {
  PredictionsImported,
  PredictionsPreview,
  PredictionsProgress,
} from '../../shared/api/outsidePredictions.ts'
import { api } from '../client.ts'
import { notifyDone, notifyError } from '../components/notify.ts'
import { counted } from '../format/format.ts'
import { held } from '../pages/data/import/held.ts'
import { elsewhereDialog } from './dialogs.ts'
import {
  emptyPredictionsDraft,
  type PredictionsDraft,
  type PredictionsInput,
  withFiles,
} from './predictionsDraft.ts'

export type PredictionsJob =
  | { readonly state: 'idle' | 'cancelled' }
  | { readonly state: 'checking' | 'importing'; readonly progress: PredictionsProgress | undefined }
  | { readonly state: 'checked'; readonly preview: PredictionsPreview }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'done'; readonly imported: PredictionsImported }

export const predictionsJob = held<PredictionsJob>({ state: 'idle' })
export const predictionsDraft = held<PredictionsDraft>(emptyPredictionsDraft)

let end: (() => void) | undefined

/** Opens the dialog, with these files added. */
export function openImportPredictions(paths: readonly string[] = []): void {
  const { state } = predictionsJob.get()
  if (state !== 'importing' && (state !== 'checked' || paths.length > 0))
    predictionsJob.set({ state: 'idle' })
  if (paths.length > 0) predictionsDraft.set(withFiles(predictionsDraft.get(), paths))
  elsewhereDialog.set('predictions')
}

/** What was found of other fields does not hold for these. */
export function changePredictions(part: Partial<PredictionsDraft>): void {
  predictionsDraft.set({ ...predictionsDraft.get(), ...part })
  const { state } = predictionsJob.get()
  if (state === 'checking') end?.()
  if (state !== 'importing') predictionsJob.set({ state: 'idle' })
}

export function checkPredictions(input: PredictionsInput): void {
  end?.()
  predictionsJob.set({ state: 'checking', progress: undefined })
  const subscription = api.elsewhere.previewPredictions.subscribe(input, {
    onData(step) {
      if (step.type === 'progress') predictionsJob.set({ state: 'checking', progress: step })
      else settle({ state: 'checked', preview: step.preview })
    },
    onError: (error) => settle({ state: 'failed', error }),
  })
  end = () => subscription.unsubscribe()
}

export function importThem(input: PredictionsInput): void {
  end?.()
  predictionsJob.set({ state: 'importing', progress: undefined })
  const subscription = api.elsewhere.importPredictions.subscribe(input, {
    onData(step) {
      if (step.type === 'progress') return predictionsJob.set({ state: 'importing', progress: step })
      settle({ state: 'done', imported: step.imported })
      predictionsDraft.set(emptyPredictionsDraft)
      if (elsewhereDialog.get() !== 'predictions')
        notifyDone(`${step.imported.runName}: ${counted(step.imported.members.length, 'member')} imported`)
    },
    onError(error) {
      settle({ state: 'failed', error })
      if (elsewhereDialog.get() !== 'predictions') notifyError('The predictions could not be imported', error)
    },
  })
  end = () => subscription.unsubscribe()
}

export function cancelPredictions(): void {
  const wasImport = predictionsJob.get().state === 'importing'
  end?.()
  end = undefined
  predictionsJob.set({ state: wasImport ? 'cancelled' : 'idle' })
}

function settle(job: PredictionsJob): void {
  end?.()
  end = undefined
  predictionsJob.set(job)
}
