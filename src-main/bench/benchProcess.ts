import { UserError } from '../../shared/errors.ts'
import { type BenchReply, type BenchRequest, benchReply } from '../../shared/run/bench.ts'
import { askProcess, type Patience } from '../askProcess.ts'

export type Measured = Extract<BenchReply, { type: 'measured' }>

/**
 * Times training steps in a process of its own, as everything that loads a model does.
 * @throws UserError when the model or the device cannot be had · NoAnswer when the process dies, is late or cancelled
 */
export async function benchInProcess(request: BenchRequest, patience: Patience = {}): Promise<Measured> {
  const reply = await askProcess('trainer/benchEntry.ts', request, benchReply, patience)
  if (reply.type === 'refused') throw new UserError(reply.reason)
  return reply
}
