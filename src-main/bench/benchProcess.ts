import { UserError } from '../../shared/errors.ts'
import { type BenchReply, type BenchRequest, benchReply } from '../../shared/run/bench.ts'
import { askProcess } from '../askProcess.ts'

export type Measured = Extract<BenchReply, { type: 'measured' }>

/**
 * Times training steps in a process of its own, as everything that loads a model does.
 * @throws UserError when the model or the device cannot be had · NoAnswer when the process dies
 */
export async function benchInProcess(request: BenchRequest): Promise<Measured> {
  const reply = await askProcess('trainer/benchEntry.ts', request, benchReply)
  if (reply.type === 'refused') throw new UserError(reply.reason)
  return reply
}
