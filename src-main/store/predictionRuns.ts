import { score } from '../../shared/ensemble/index.ts'
import type { Predictions } from '../../shared/run/messages.ts'
import { weightsSha256 } from '../weightsSha256.ts'
import { insertRuns, knownRun, type WriteContext } from './runWrites.ts'
import { putSnapshot } from './snapshots.ts'
import type { NewRun, RunRecord } from './types.ts'

/**
 * Stores a run that another program trained, of which only the answers are known: it has ended, and has a snapshot without
 * weights for each member, in their order.
 */
export function createPredictionsRun(
  context: WriteContext,
  run: NewRun,
  members: readonly Predictions[],
): RunRecord {
  const { db, now } = context
  const [id = ''] = insertRuns(context, [run], { status: 'created' })
  const time = now()
  for (const [i, predictions] of members.entries()) {
    const { nll, accuracy } = score(predictions.probs, predictions)
    const isTest = predictions.part === 'test'
    putSnapshot(
      db,
      {
        type: 'snapshot',
        attempt: 1,
        seq: i,
        runId: id,
        cycle: i + 1,
        step: i,
        lr: 0,
        weightsSha256: weightsSha256([]),
        normalisation: { mean: [], std: [] },
        state: {
          position: {
            stepsDone: i + 1,
            epoch: { lossSum: 0, correct: 0, examples: 0 },
            optimizerScalars: {},
          },
          tensors: [],
        },
        valLoss: isTest ? null : nll,
        valAccuracy: isTest ? null : accuracy,
        testLoss: isTest ? nll : null,
        testAccuracy: isTest ? accuracy : null,
        predictions: [predictions],
      },
      time,
    )
  }
  db.run(
    `UPDATE runs SET status = 'completed', host_id = NULL, steps_done = ?, ended_at = ? WHERE id = ?`,
    members.length,
    time,
    id,
  )
  return knownRun(db, id)
}
