import type { QueueMove, RunSummary } from '../../shared/api/runs.ts'
import { api } from '../client.ts'
import { notifyError } from './notify.ts'

export async function moveQueued({ id, name }: RunSummary, to: QueueMove): Promise<void> {
  try {
    await api.runs.moveQueued.mutate({ id, to })
  } catch (error) {
    notifyError(`${name} was not moved in the queue`, error)
  }
}
