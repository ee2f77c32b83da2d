import { z } from 'zod'
import type { TrainerEventOf, TrainerState } from '../../shared/run/messages.ts'
import { isDamage } from './damage.ts'
import type { Db } from './database.ts'
import type { StoreError } from './faults.ts'
import { positionColumn } from './rows.ts'
import { snapshotModel } from './snapshots.ts'
import { ofCheckpoint, putTensors, readTensors } from './tensors.ts'

const snapshotStepRow = z.object({ id: z.number(), stepsDone: z.number() })
const checkpointRow = z.object({ position: positionColumn, stepsDone: z.number() })

/** One rolling checkpoint a run; one from further back never replaces it. */
export function putCheckpoint(db: Db, event: TrainerEventOf<'checkpoint'>, time: number): void {
  const { runId, state } = event
  const { changes } = db.run(
    `INSERT INTO checkpoints (run_id, steps_done, position, saved_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (run_id) DO UPDATE
     SET steps_done = excluded.steps_done, position = excluded.position, saved_at = excluded.saved_at
     WHERE excluded.steps_done >= steps_done`,
    runId,
    state.position.stepsDone,
    JSON.stringify(state.position),
    time,
  )
  if (changes > 0) putTensors(db, ofCheckpoint(runId), state.tensors)
}

/** At a run's end its last snapshot usually says all that the checkpoint says. */
export function dropNeedlessCheckpoint(db: Db, runId: string): void {
  db.run(
    `DELETE FROM checkpoints WHERE run_id = ? AND steps_done <= (SELECT max(step) + 1 FROM snapshots WHERE run_id = ?)`,
    runId,
    runId,
  )
}

/**
 * The furthest state that is whole. Where a further one is damaged, the run can go on from one before it: it makes the same
 * steps again.
 * @returns undefined when there is none yet  @throws StoreError when there are some and all of them are damaged
 */
export function readCheckpoint(db: Db, runId: string): TrainerState | undefined {
  let damage: StoreError | undefined
  for (const { stepsDone, read } of savedStates(db, runId)) {
    try {
      const state = read()
      if (damage !== undefined)
        db.damage.found(runId, `${damage.message} It goes on after ${stepsDone} steps.`)
      return state
    } catch (error) {
      if (!isDamage(error)) throw error
      damage ??= error
    }
  }
  if (damage !== undefined) throw damage
  return undefined
}

interface SavedState {
  readonly stepsDone: number
  read(): TrainerState
}

/** The furthest first. */
function savedStates(db: Db, runId: string): SavedState[] {
  const snapshots = db.all(
    snapshotStepRow,
    'SELECT id, step + 1 AS stepsDone FROM snapshots WHERE run_id = ? ORDER BY step DESC',
    runId,
  )
  const rolling = db.get(
    checkpointRow,
    'SELECT steps_done AS stepsDone, position FROM checkpoints WHERE run_id = ?',
    runId,
  )
  const states = snapshots.map(({ id, stepsDone }) => ({
    stepsDone,
    read() {
      const { position, tensors } = snapshotModel(db, id)
      return { position, tensors: [...tensors] }
    },
  }))
  if (rolling === undefined) return states
  const { position, stepsDone } = rolling
  const where = `the checkpoint of run ${runId}, after ${stepsDone} steps`
  const read = () => ({
    position,
    tensors: readTensors(db, ofCheckpoint(runId), where, 'an older snapshot of the run may be whole'),
  })
  return [...states, { stepsDone, read }].sort((a, b) => b.stepsDone - a.stepsDone)
}
