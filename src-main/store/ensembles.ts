import { UserError } from '../../shared/errors.ts'
import type { Db } from './database.ts'
import { ensembleRow } from './rows.ts'
import type { WriteContext } from './runWrites.ts'
import { snapshotById } from './snapshots.ts'
import type { EnsembleRecord, NewEnsemble } from './types.ts'

const ENSEMBLES = `
  SELECT id, name, method, val_accuracy AS valAccuracy, test_accuracy AS testAccuracy, scores,
    created_at AS createdAt,
    (SELECT json_group_array(json_object('snapshotId', snapshot_id, 'weight', weight) ORDER BY ordinal)
     FROM ensemble_members WHERE ensemble_id = ensembles.id) AS members
  FROM ensembles`

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
  return db.all(
    ensembleRow,
    `${ENSEMBLES} WHERE id IN (
       SELECT ensemble_id FROM ensemble_members JOIN snapshots ON snapshots.id = snapshot_id WHERE run_id = ?)
     ORDER BY id DESC`,
    runId,
  )
}
