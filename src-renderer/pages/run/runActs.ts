import type { Annotation, RunSummary } from '../../../shared/api/runs.ts'
import { api } from '../../client.ts'
import { notifyError, notifyUndo } from '../../components/notify.ts'

/* What is done to a run as a thing in a list: none of it touches its training. */

/** @param what could not be done: "The tags were not changed" */
export function annotateRun(
  run: Pick<RunSummary, 'id'>,
  change: Omit<Annotation, 'ids'>,
  what: string,
): Promise<void> {
  return api.runs.annotate
    .mutate({ ids: [run.id], ...change })
    .then(() => undefined)
    .catch((error: unknown) => notifyError(what, error))
}

export function archiveRun(run: RunSummary, archived: boolean): void {
  const set = (to: boolean) => api.runs.annotate.mutate({ ids: [run.id], archived: to }).then(() => undefined)
  set(archived).then(
    () =>
      notifyUndo(`${run.name} ${archived ? 'archived' : 'taken out of the archive'}`, () => set(!archived)),
    (error: unknown) => notifyError('The run was not archived', error),
  )
}

export function deleteRun(run: RunSummary, onDeleted: () => void): void {
  const ids = [run.id]
  api.runs.remove.mutate({ ids }).then(
    () => {
      onDeleted()
      notifyUndo(`${run.name} deleted`, () => api.runs.restore.mutate({ ids }).then(() => undefined))
    },
    (error: unknown) => notifyError('The run was not deleted', error),
  )
}
