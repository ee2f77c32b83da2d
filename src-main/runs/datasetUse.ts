import { UserError } from '../../shared/errors.ts'
import { isActive } from '../../shared/run/state.ts'
import type { RunRecord } from '../store/types.ts'

/**
 * The rule of removing a data set, whichever door asks: a run that trains on it or waits to keeps it.
 * @param users the stored runs of it · @param called what the user knows it as · @throws UserError naming such a run
 */
export function refuseWhileNeeded(users: readonly RunRecord[], called: string): void {
  const needing = users.find(({ status }) => isActive(status) || status === 'queued')
  if (needing === undefined) return
  const { id, name, status } = needing
  throw new UserError(
    `While removing the data set ${called}: run ${name} (${id}) is ${status} with it; ${status === 'queued' ? 'delete' : 'stop'} that run first.`,
  )
}
