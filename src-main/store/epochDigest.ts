import { z } from 'zod'
import type { EpochInfo, RunSummary } from '../../shared/api/runs.ts'
import type { Db } from './database.ts'
import { epochInfoRow, json } from './rows.ts'

/** What a row of the runs table shows of a run's epochs. */
export type EpochDigest = Pick<RunSummary, 'last' | 'best' | 'spark'>

/** Values in the little curve of a row, at most. */
const SPARK = 48

/** As many runs at once are read as sets; fewer are those that train, and are followed epoch by epoch. */
const FEW = 16
/** Runs followed: about as many as train at a time. */
const FOLLOWED = 32

export interface EpochDigests {
  of(runIds: readonly string[]): ReadonlyMap<string, EpochDigest>
}

/** What a look costs grows with the epochs that came since the last one, not with those of the run. */
export function createEpochDigests(db: Db): EpochDigests {
  const followed = new Map<string, Follower>()
  const follow = (runId: string): EpochDigest => {
    const follower = followed.get(runId) ?? createFollower(db, runId)
    followed.delete(runId)
    followed.set(runId, follower)
    for (const oldest of followed.keys()) {
      if (followed.size <= FOLLOWED) break
      followed.delete(oldest)
    }
    return follower.look()
  }
  return {
    of: (runIds) =>
      runIds.length > FEW ? readMany(db, runIds) : new Map(runIds.map((runId) => [runId, follow(runId)])),
  }
}

interface Follower {
  look(): EpochDigest
}

/** The last epoch may still change, when it was cut by a budget and the run is extended; those before it never do. */
function createFollower(db: Db, runId: string): Follower {
  const validation: number[] = []
  const training: number[] = []
  let last: EpochInfo | null = null
  let best: EpochInfo | null = null
  let from = 0

  const settle = (epoch: EpochInfo): void => {
    if (epoch.valAccuracy !== null) validation.push(epoch.valAccuracy)
    if (epoch.trainAccuracy !== null) training.push(epoch.trainAccuracy)
    if (isEvaluated(epoch)) last = epoch
    best = better(best, epoch)
  }
  return {
    look() {
      const epochs = db.all(epochInfoRow, EPOCHS_FROM, runId, from)
      const tip = epochs.pop()
      for (const epoch of epochs) settle(epoch)
      if (tip === undefined) return { last: null, best: null, spark: [] }
      from = tip.epoch
      const hasValidation = validation.length > 0 || tip.valAccuracy !== null
      return {
        last: isEvaluated(tip) ? tip : last,
        best: better(best, tip),
        spark: hasValidation ? thinned(validation, tip.valAccuracy) : thinned(training, tip.trainAccuracy),
      }
    },
  }
}

const judged = ({ valAccuracy, testAccuracy }: EpochInfo): number | null => valAccuracy ?? testAccuracy
const isEvaluated = (epoch: EpochInfo): boolean => judged(epoch) !== null

function better(best: EpochInfo | null, epoch: EpochInfo): EpochInfo | null {
  if (!isEvaluated(epoch)) return best
  return best === null || (judged(epoch) ?? 0) > (judged(best) ?? 0) ? epoch : best
}

/** Thinned by rank: of n values the k-th is taken when k * 48 / n passes a whole number, so that the last one always is. */
function thinned(values: readonly number[], tip: number | null): number[] {
  const n = values.length + (tip === null ? 0 : 1)
  const at = (rank: number): number => values[rank - 1] ?? tip ?? 0
  if (n <= SPARK) return Array.from({ length: n }, (_, i) => at(i + 1))
  return Array.from({ length: SPARK }, (_, i) => at(Math.ceil(((i + 1) * n) / SPARK)))
}

const COLUMNS = `epoch, step, train_loss AS trainLoss, train_accuracy AS trainAccuracy, val_loss AS valLoss,
  val_accuracy AS valAccuracy, test_loss AS testLoss, test_accuracy AS testAccuracy, seconds`

const EPOCHS_FROM = `SELECT ${COLUMNS} FROM epochs WHERE run_id = ? AND epoch >= ? ORDER BY epoch`

/** An epoch after which the model was evaluated. */
const EVALUATED = 'coalesce(val_accuracy, test_accuracy) IS NOT NULL'

const epochOfRow = epochInfoRow.extend({ runId: z.string() })
const accuracies = json(z.array(z.number()))
const sparkRow = z.object({ runId: z.string(), validation: accuracies, training: accuracies })

function readMany(db: Db, runIds: readonly string[]): Map<string, EpochDigest> {
  const list = JSON.stringify(runIds)
  const last = epochsOf(db, list, 'epoch DESC')
  const best = epochsOf(db, list, 'coalesce(val_accuracy, test_accuracy) DESC, epoch')
  const sparks = readSparks(db, list)
  return new Map(
    runIds.map((id) => [
      id,
      { last: last.get(id) ?? null, best: best.get(id) ?? null, spark: sparks.get(id) ?? [] },
    ]),
  )
}

/** Of each run the first evaluated epoch in an order. */
function epochsOf(db: Db, ids: string, order: string): Map<string, EpochInfo> {
  const rows = db.all(
    epochOfRow,
    `SELECT run_id AS runId, ${COLUMNS} FROM json_each(?) JOIN epochs ON run_id = value
     WHERE epoch = (SELECT epoch FROM epochs WHERE run_id = value AND ${EVALUATED} ORDER BY ${order} LIMIT 1)`,
    ids,
  )
  return new Map(rows.map(({ runId, ...epoch }) => [runId, epoch]))
}

function readSparks(db: Db, ids: string): Map<string, number[]> {
  const rows = db.all(
    sparkRow,
    `SELECT run_id AS runId,
       json_group_array(val_accuracy ORDER BY epoch) FILTER (WHERE val_accuracy IS NOT NULL) AS validation,
       json_group_array(train_accuracy ORDER BY epoch) FILTER (WHERE train_accuracy IS NOT NULL) AS training
     FROM json_each(?) JOIN epochs ON run_id = value GROUP BY run_id`,
    ids,
  )
  return new Map(
    rows.map(({ runId, validation, training }) => [
      runId,
      thinned(validation.length > 0 ? validation : training, null),
    ]),
  )
}
