/*
 * What changed since a version of the lab, by run; a trash to restore from; a queue (runs of status queued, which
 * have no host). Triggers, not code, say that a run changed: no write path can forget it. Every transaction that
 * changes what a person sees adds 1 to lab.version, so that the version it will have is one more than it finds.
 */

const NEXT = '(SELECT version + 1 FROM lab)'
const touch = (which: string): string => `UPDATE runs SET changed = ${NEXT} WHERE ${which};`

/** One trigger: the run of a row counts as changed after the given events. */
const touching = (table: string, event: string, run: string): string =>
  `CREATE TRIGGER ${table}_${event.toLowerCase()}_changes_run AFTER ${event} ON ${table} BEGIN
  ${touch(`id = ${run}`)}
END;`

const OWN_ROWS = ['epochs', 'snapshots', 'run_feedback', 'run_tags', 'run_edits'].flatMap((table) => [
  touching(table, 'INSERT', 'NEW.run_id'),
  touching(table, 'UPDATE', 'NEW.run_id'),
  touching(table, 'DELETE', 'OLD.run_id'),
])

const runOf = (row: string): string => `(SELECT run_id FROM snapshots WHERE id = ${row}.snapshot_id)`
const membersOf = (ensembles: string): string =>
  `id IN (SELECT run_id FROM ensemble_members JOIN snapshots ON snapshots.id = snapshot_id
  WHERE ensemble_id IN (${ensembles}))`

export const changes = `
ALTER TABLE runs ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
-- Deleted by the user, and restorable until the run is taken out for good (deleted_at).
ALTER TABLE runs ADD COLUMN trashed_at INTEGER;
ALTER TABLE ensembles ADD COLUMN trashed_at INTEGER;
UPDATE runs SET changed = (SELECT version FROM lab);
CREATE INDEX runs_by_change ON runs (changed);
CREATE INDEX runs_by_status ON runs (status) WHERE status IN ('created', 'running', 'paused', 'queued');
CREATE INDEX runs_in_trash ON runs (trashed_at) WHERE trashed_at IS NOT NULL;

-- Runs that are gone for good, and the version of the lab since which they are.
CREATE TABLE purged_runs (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX purged_runs_by_version ON purged_runs (version);

CREATE TRIGGER runs_insert_changes AFTER INSERT ON runs BEGIN
  ${touch('id = NEW.id')}
END;
CREATE TRIGGER runs_update_changes AFTER UPDATE ON runs WHEN NEW.changed < ${NEXT} BEGIN
  ${touch('id = NEW.id')}
END;
-- Ensembles with a snapshot of it come and go with it, also from the other runs' summaries.
CREATE TRIGGER runs_trash_changes AFTER UPDATE OF trashed_at, deleted_at ON runs BEGIN
  ${touch(
    membersOf(`SELECT ensemble_id FROM ensemble_members JOIN snapshots ON snapshots.id = snapshot_id
    WHERE run_id = NEW.id`),
  )}
END;
CREATE TRIGGER runs_purge AFTER UPDATE OF deleted_at ON runs WHEN NEW.deleted_at IS NOT NULL BEGIN
  INSERT INTO purged_runs (id, version) VALUES (NEW.id, ${NEXT}) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER runs_delete AFTER DELETE ON runs BEGIN
  INSERT INTO purged_runs (id, version) VALUES (OLD.id, ${NEXT}) ON CONFLICT DO NOTHING;
END;
${OWN_ROWS.join('\n')}
${touching('ensemble_members', 'INSERT', runOf('NEW'))}
${touching('ensemble_members', 'UPDATE', runOf('NEW'))}
${touching('ensemble_members', 'DELETE', runOf('OLD'))}
CREATE TRIGGER ensembles_update_changes_run AFTER UPDATE ON ensembles BEGIN
  ${touch(membersOf('NEW.id'))}
END;
`
