import type { EnsembleInfo } from '../../shared/api/ensembles.ts'
import { UserError } from '../../shared/errors.ts'
import type { Db } from './database.ts'
import { ensembleInfoRow, ensembleRow, idNumberRow } from './rows.ts'
import { VISIBLE } from './runReads.ts'
import type { WriteContext } from './runWrites.ts'
import { snapshotById } from './snapshots.ts'
import type { EnsembleRecord, NewEnsemble } from './types.ts'

/** An ensemble is hidden with any run that it has a snapshot of. */
export const ENSEMBLE_VISIBLE = `ensembles.trashed_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM ensemble_members JOIN snapshots ON snapshots.id = snapshot_id JOIN runs ON runs.id = run_id
  WHERE ensemble_id = ensembles.id AND NOT (${VISIBLE.replaceAll(/\w+_at/g, 'runs.$&')}))`

const HAS_RUN = `ensembles.id IN (
  SELECT ensemble_id FROM snapshots JOIN ensemble_members ON snapshot_id = snapshots.id WHERE run_id = ?)`

const COLUMNS = `
  id, name, method, val_accuracy AS valAccuracy, test_accuracy AS testAccuracy, scores, created_at AS createdAt`

const ENSEMBLES = `
  SELECT ${COLUMNS},
    (SELECT json_group_array(json_object('snapshotId', snapshot_id, 'weight', weight) ORDER BY ordinal)
     FROM ensemble_members WHERE ensemble_id = ensembles.id) AS members
  FROM ensembles WHERE ${ENSEMBLE_VISIBLE}`

const INFOS = `
  SELECT ${COLUMNS},
    (SELECT json_group_array(json_object('snapshotId', snapshot_id, 'weight', weight, 'runId', run_id,
       'runName', runs.name, 'cycle', cycle, 'valAccuracy', val_accuracy, 'testAccuracy', test_accuracy)
       ORDER BY runs.created_at, run_id, step)
     FROM ensemble_members JOIN snapshots ON snapshots.id = snapshot_id JOIN runs ON runs.id = run_id
     WHERE ensemble_id = ensembles.id) AS members
  FROM ensembles WHERE ${ENSEMBLE_VISIBLE}`

/** @throws UserError when it has no member, or one that is not stored */
export function saveEnsemble({ db, now }: WriteContext, ensemble: NewEnsemble): EnsembleRecord {
  if (ensemble.members.length === 0)
    throw new UserError(
      `While saving ensemble ${JSON.stringify(ensemble.name)}: it needs at least one snapshot (received none); choose some.`,
    )
  const createdAt = now()
  const { lastId } = db.run(
    'INSERT INTO ensembles (name, method, val_accuracy, test_accuracy, scores, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    ensemble.name,
    ensemble.method,
    ensemble.valAccuracy,
    ensemble.testAccuracy,
    JSON.stringify(ensemble.scores),
    createdAt,
  )
  ensemble.members.forEach(({ snapshotId, weight }, ordinal) => {
    snapshotById(db, snapshotId)
    db.run(
      'INSERT INTO ensemble_members (ensemble_id, ordinal, snapshot_id, weight) VALUES (?, ?, ?, ?)',
      lastId,
      ordinal,
      snapshotId,
      weight,
    )
  })
  return { ...ensemble, id: lastId, createdAt }
}

export function listEnsembles(db: Db, runId?: string): EnsembleRecord[] {
  if (runId === undefined) return db.all(ensembleRow, `${ENSEMBLES} ORDER BY id DESC`)
  return db.all(ensembleRow, `${ENSEMBLES} AND ${HAS_RUN} ORDER BY id DESC`, runId)
}

export function ensembleInfos(db: Db, runId?: string): EnsembleInfo[] {
  if (runId === undefined) return db.all(ensembleInfoRow, `${INFOS} ORDER BY id DESC`)
  return db.all(ensembleInfoRow, `${INFOS} AND ${HAS_RUN} ORDER BY id DESC`, runId)
}

/** @throws UserError when there is no such ensemble */
export function renameEnsemble({ db }: WriteContext, id: number, name: string): void {
  const trimmed = name.trim()
  if (trimmed === '' || trimmed.length > 200)
    throw new UserError(
      `While renaming ensemble ${id}: the name must have 1 to 200 characters (received ${JSON.stringify(name.slice(0, 250))}); give another.`,
    )
  knownEnsemble(db, id)
  db.run('UPDATE ensembles SET name = ? WHERE id = ?', trimmed, id)
}

/** One that is there already is left as it is. @throws UserError when there is no such ensemble */
export function trashEnsembles({ db, now }: WriteContext, ids: readonly number[]): void {
  for (const id of ids) {
    knownEnsemble(db, id, true)
    db.run('UPDATE ensembles SET trashed_at = ? WHERE id = ? AND trashed_at IS NULL', now(), id)
  }
}

/** @throws UserError when there is no such ensemble (any more) */
export function restoreEnsembles({ db }: WriteContext, ids: readonly number[]): void {
  for (const id of ids) {
    knownEnsemble(db, id, true)
    db.run('UPDATE ensembles SET trashed_at = NULL WHERE id = ?', id)
  }
}

function knownEnsemble(db: Db, id: number, evenTrashed = false): void {
  const which = evenTrashed ? '' : `AND ${ENSEMBLE_VISIBLE}`
  if (db.get(idNumberRow, `SELECT id FROM ensembles WHERE id = ? ${which}`, id) === undefined)
    throw new UserError(
      `While looking for ensemble ${id}: it is not in the database (any more); list the ensembles to see their numbers.`,
    )
}
