import { parseOrExplain } from '../../shared/errors.ts'
import { type AverageReply, averageRequest } from '../../shared/run/average.ts'
import { averageWeights } from './averageWeights.ts'
import { inWords } from './run.ts'

/*
 * The process that averages weights: fork it with { serialization: 'advanced' }, send one request of
 * shared/run/average.ts, and one reply comes back; then it ends by itself.
 */

async function answer(message: unknown): Promise<AverageReply> {
  try {
    return await averageWeights(parseOrExplain(averageRequest, message, 'averaging weights'))
  } catch (error) {
    return { type: 'failed', reason: inWords(error) }
  }
}

process.once('message', async (message) => {
  process.send?.(await answer(message), undefined, undefined, () => process.disconnect?.())
})
