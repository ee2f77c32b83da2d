import { parseOrExplain } from '../../shared/errors.ts'
import { type MeasureReply, measureRequest } from '../../shared/run/measure.ts'
import { measureRun } from './measure.ts'
import { inWords } from './run.ts'

/*
 * The process that measures a run: fork it, send one request of shared/run/measure.ts, and one reply comes back; then it
 * ends by itself, and at once when the host goes away or loses interest.
 */

async function answer(message: unknown): Promise<MeasureReply> {
  try {
    return await measureRun(parseOrExplain(measureRequest, message, 'measuring a run'))
  } catch (error) {
    return { type: 'failed', reason: inWords(error) }
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
