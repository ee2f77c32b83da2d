import type { Db } from './database.ts'
import { idRow, RUN_COLUMNS, runRow } from './rows.ts'
import { VISIBLE } from './runReads.ts'
import type { RunRecord } from './types.ts'

/*
 * Runs that begin with the state of another one. Until a run has a state of its own, it needs its parent's. All of these are
 * conditions on a row of `runs`.
 */

// Beside its parent a bare name would be the parent's.
const PARENT = "json_extract(runs.origin, '$.runId')"
const TAKEN = "json_extract(runs.origin, '$.stepsDone')"

/** A range test that has ended has said what it can. */
const GOES_ON = "(runs.kind <> 'rateTest' OR status IN ('queued', 'created', 'running', 'paused'))"

/** It begins with what another run has learnt. */
const INHERITS = "runs.origin IS NOT NULL AND json_extract(runs.origin, '$.kind') <> 'again'"

const HAS_OWN_STATE = `(
  EXISTS (SELECT 1 FROM checkpoints WHERE run_id = runs.id) OR EXISTS (SELECT 1 FROM snapshots WHERE run_id = runs.id))`

const PARENT_HAS_STATE = `(
  EXISTS (SELECT 1 FROM snapshots AS states JOIN runs AS parent ON parent.id = states.run_id
    WHERE parent.id = ${PARENT} AND states.step = ${TAKEN} - 1
      AND parent.deleted_at IS NULL AND parent.trashed_at IS NULL)
  OR EXISTS (SELECT 1 FROM checkpoints AS states JOIN runs AS parent ON parent.id = states.run_id
    WHERE parent.id = ${PARENT} AND states.steps_done = ${TAKEN}
      AND parent.deleted_at IS NULL AND parent.trashed_at IS NULL))`

/** What a run begins with is there: nothing, its own state, or its parent's. */
const HAS_START_STATE = `(NOT (${INHERITS}) OR ${HAS_OWN_STATE} OR ${PARENT_HAS_STATE})`

/**
 * It cannot begin yet, since its parent has not got as far as the state it begins with, and still may. One whose parent is
 * gone or has ended without that state waits for nothing: it is started, and fails with the reason.
 */
export const WAITS_FOR_PARENT = `(NOT ${HAS_START_STATE} AND EXISTS (SELECT 1 FROM runs AS parent
  WHERE parent.id = ${PARENT} AND parent.deleted_at IS NULL AND parent.trashed_at IS NULL
    AND parent.status NOT IN ('completed', 'failed')))`

/** The weights a run begins with, once its parent has made them: known from then on, also when the parent is deleted. */
export const ORIGIN_WITH_WEIGHTS = `CASE WHEN ${INHERITS} AND json_extract(origin, '$.weightsSha256') IS NULL
  THEN json_set(origin, '$.weightsSha256', (SELECT weights_sha256 FROM snapshots AS states
    WHERE states.run_id = ${PARENT} AND states.step = ${TAKEN} - 1)) ELSE origin END`

export function hasStartState(db: Db, runId: string): boolean {
  return db.get(idRow, `SELECT id FROM runs WHERE id = ? AND ${HAS_START_STATE}`, runId) !== undefined
}

/** Of runs that a failed attempt has not ended: what cannot begin needs nothing. */
export function childrenInNeed(db: Db, runId: string): RunRecord[] {
  return db.all(
    runRow,
    `SELECT ${RUN_COLUMNS} FROM runs
     WHERE ${PARENT} = ? AND ${INHERITS} AND NOT ${HAS_OWN_STATE} AND ${GOES_ON} AND ${VISIBLE}
       AND status NOT IN ('completed', 'failed') ORDER BY created_at, id`,
    runId,
  )
}

/** What is deleted is left out, and still leads from one to the other as long as it can be restored. */
export function familyOf(db: Db, runId: string): RunRecord[] {
  return db.all(
    runRow,
    `WITH RECURSIVE
       up (id) AS (SELECT ? UNION
         SELECT json_extract(child.origin, '$.runId') FROM runs AS child JOIN up ON child.id = up.id
         WHERE child.origin IS NOT NULL),
       family (id) AS (SELECT id FROM up UNION
         SELECT child.id FROM family
         JOIN runs AS child ON json_extract(child.origin, '$.runId') = family.id AND child.origin IS NOT NULL)
     SELECT ${RUN_COLUMNS} FROM runs WHERE id IN (SELECT id FROM family) AND ${VISIBLE} ORDER BY created_at, id`,
    runId,
  )
}
