import type { StudySummary } from '../../../shared/api/studies.ts'
import { api } from '../../client.ts'
import { notifyDone, notifyError, notifyUndo } from '../../components/notify.ts'

/* What can be done with one study. Each says what failed; the row of the study comes back by its subscription. */

type Named = Pick<StudySummary, 'id' | 'name'>
type Command = Parameters<typeof api.studies.command.mutate>[0]['command']

async function attempt(failed: string, act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    notifyError(failed, error)
    return false
  }
}

const refused: Readonly<Record<Command, string>> = {
  pause: 'was not paused',
  resume: 'was not resumed',
  cancel: 'was not cancelled',
  retryFailed: 'could not run again what failed',
  first: 'was not moved',
  earlier: 'was not moved',
  later: 'was not moved',
  last: 'was not moved',
}

export const commandStudy = ({ id, name }: Named, command: Command): Promise<boolean> =>
  attempt(`${name} ${refused[command]}`, () => api.studies.command.mutate({ id, command }))

export const editStudy = (
  { id, name }: Named,
  change: Omit<Parameters<typeof api.studies.edit.mutate>[0], 'id'>,
): Promise<boolean> => attempt(`${name} was not changed`, () => api.studies.edit.mutate({ id, ...change }))

/** @param done in words: "30 runs added" */
export const extendStudy = (
  { id, name }: Named,
  more: Omit<Parameters<typeof api.studies.extend.mutate>[0], 'id'>,
  done: string,
): Promise<boolean> =>
  attempt(`${name} was not extended`, async () => {
    await api.studies.extend.mutate({ id, ...more })
    notifyDone(done)
  })

/** @param runs its runs go with it, to where they can be restored from */
export const removeStudy = ({ id, name }: Named, runs: boolean): Promise<boolean> =>
  attempt(`${name} could not be deleted`, async () => {
    await api.studies.remove.mutate({ id, runs })
    notifyUndo(`${name} deleted${runs ? ' with its runs' : '; its runs stay'}`, async () => {
      await api.studies.restore.mutate({ id })
    })
  })
