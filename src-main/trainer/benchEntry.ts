import { parseOrExplain } from '../../shared/errors.ts'
import { type BenchReply, benchRequest } from '../../shared/run/bench.ts'
import { bench } from './bench.ts'
import { inWords } from './run.ts'

/*
 * The process that times training steps: fork it, send one request of shared/run/bench.ts, and one reply comes back; then it
 * ends by itself, and at once when the host goes away or loses interest.
 */

async function answer(message: unknown): Promise<BenchReply> {
  try {
    return await bench(parseOrExplain(benchRequest, message, 'timing training steps'))
  } catch (error) {
    return { type: 'refused', reason: inWords(error) }
  }
}

const abandoned = (): never => process.exit(1)

process.on('disconnect', abandoned)
process.once('message', async (message) => {
  process.send?.(await answer(message), undefined, undefined, () => {
    process.off('disconnect', abandoned)
    process.disconnect?.()
  })
})
