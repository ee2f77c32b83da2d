import { z } from 'zod'
import type { StoredTensor, TrainerEventOf, TrainerState } from '../../shared/run/messages.ts'
import { isDamage } from './damage.ts'
import type { Db } from './database.ts'
import type { StoreError } from './faults.ts'
import { positionColumn } from './rows.ts'
import { snapshotModel } from './snapshots.ts'
import { ofCheckpoint, ofInitial, putTensors, readTensors } from './tensors.ts'

const snapshotStepRow = z.object({ id: z.number(), stepsDone: z.number() })
const stepsRow = z.object({ stepsDone: z.number() })
const positionRow = z.object({ position: positionColumn })

/**
 * One rolling checkpoint a run; one from further back never replaces one that is whole. Where the stored one is damaged, the
 * run has gone on from a state before it, and every checkpoint from then on is further than what could be read.
 */
export function putCheckpoint(
  db: Db,
  { runId, state }: Pick<TrainerEventOf<'checkpoint'>, 'runId' | 'state'>,
  time: number,
): void {
  const known = rollingState(db, runId)
  if (known !== undefined && known.stepsDone > state.position.stepsDone && isWhole(known)) return
  db.run(
    `INSERT INTO checkpoints (run_id, steps_done, position, saved_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (run_id) DO UPDATE
     SET steps_done = excluded.steps_done, position = excluded.position, saved_at = excluded.saved_at`,
    runId,
    state.position.stepsDone,
    JSON.stringify(state.position),
    time,
  )
  putTensors(db, ofCheckpoint(runId), state.tensors)
}

/** At a run's end its last snapshot usually says all that the checkpoint says, unless that snapshot is damaged. */
export function dropNeedlessCheckpoint(db: Db, runId: string): void {
  const rolling = rollingState(db, runId)
  if (rolling === undefined) return
  const snapshots = snapshotStates(db, runId)
  if (snapshots.some((state) => state.stepsDone >= rolling.stepsDone && isWhole(state)))
    db.run('DELETE FROM checkpoints WHERE run_id = ?', runId)
}

/**
 * The furthest state that is whole. Where a further one is damaged, the run can go on from one before it: it makes the same
 * steps again.
 * @returns undefined when there is none yet  @throws StoreError when there are some and all of them are damaged
 */
export function readCheckpoint(db: Db, runId: string): TrainerState | undefined {
  return firstWhole(savedStates(db, runId), (damage, { stepsDone }) =>
    db.damage.found(runId, `${damage.message} It goes on after ${stepsDone} steps.`),
  )
}

/**
 * The state that the run had after exactly so many steps: of a snapshot, or of the rolling checkpoint.
 * @returns undefined when none is stored  @throws StoreError when it is damaged
 */
export function readStateAfter(db: Db, runId: string, stepsDone: number): TrainerState | undefined {
  return firstWhole(savedStates(db, runId).filter((state) => state.stepsDone === stepsDone))
}

/** The weights that a run was given to begin with; none where it was given none. @throws StoreError when they are damaged */
export const readInitialTensors = (db: Db, runId: string): StoredTensor[] =>
  readTensors(db, ofInitial(runId), `the initial weights of run ${runId}`, 'start a new run from their file')

/** @param onPassed told of damage that was got round */
function firstWhole(
  states: readonly SavedState[],
  onPassed?: (damage: StoreError, taken: SavedState) => void,
): TrainerState | undefined {
  let damage: StoreError | undefined
  for (const saved of states) {
    try {
      const state = saved.read()
      if (damage !== undefined) onPassed?.(damage, saved)
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
  const states = snapshotStates(db, runId)
  const rolling = rollingState(db, runId)
  const all = rolling === undefined ? states : [...states, rolling]
  return all.sort((a, b) => b.stepsDone - a.stepsDone)
}

/** The furthest first. */
function snapshotStates(db: Db, runId: string): SavedState[] {
  const snapshots = db.all(
    snapshotStepRow,
    'SELECT id, step + 1 AS stepsDone FROM snapshots WHERE run_id = ? ORDER BY step DESC',
    runId,
  )
  return snapshots.map(({ id, stepsDone }) => ({
    stepsDone,
    read() {
      const { position, tensors } = snapshotModel(db, id)
      return { position, tensors: [...tensors] }
    },
  }))
}

function rollingState(db: Db, runId: string): SavedState | undefined {
  const row = db.get(stepsRow, 'SELECT steps_done AS stepsDone FROM checkpoints WHERE run_id = ?', runId)
  if (row === undefined) return undefined
  const where = `the checkpoint of run ${runId}, after ${row.stepsDone} steps`
  const read = () => {
    const stored = db.get(positionRow, 'SELECT position FROM checkpoints WHERE run_id = ?', runId)
    if (stored === undefined) throw new Error(`The checkpoint of run ${runId} vanished while it was read.`)
    const wayOn = 'an older snapshot of the run may be whole'
    return { ...stored, tensors: readTensors(db, ofCheckpoint(runId), where, wayOn) }
  }
  return { ...row, read }
}

function isWhole(state: SavedState): boolean {
  try {
    state.read()
    return true
  } catch (error) {
    if (!isDamage(error)) throw error
    return false
  }
}
