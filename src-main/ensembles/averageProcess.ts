import { UserError } from '../../shared/errors.ts'
import { type AverageReply, type AverageRequest, averageReply } from '../../shared/run/average.ts'
import { askProcess } from '../askProcess.ts'

/**
 * Averages weights in a process of its own, as everything that loads a model does.
 * @throws UserError when the model cannot be built · Error when the process dies
 */
export async function averageInProcess(
  request: AverageRequest,
): Promise<Extract<AverageReply, { type: 'averaged' }>> {
  const reply = await askProcess('trainer/averageEntry.ts', request, averageReply)
  if (reply.type === 'failed') throw new UserError(reply.reason)
  return reply
}
