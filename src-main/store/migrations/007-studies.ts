/*
 * Studies: questions over many runs. A cell is its settings: its key, the canonical JSON of them, cannot be stored twice in a
 * study. Runs say what kind they are (a range test is no training result), which run they came from, and which study they
 * belong to.
 */
const NEXT = '(SELECT version + 1 FROM lab)'

export const studies = `
ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'training';
-- JSON: the settings of a range test; null for other kinds.
ALTER TABLE runs ADD COLUMN rate_test TEXT;
-- JSON: which run it came from; no foreign key, since the parent may be deleted.
ALTER TABLE runs ADD COLUMN origin TEXT;
ALTER TABLE runs ADD COLUMN study_id TEXT;
-- JSON: the step (from 0) after which its numbers were no longer finite, and the rate of that step.
ALTER TABLE runs ADD COLUMN diverged TEXT;
CREATE INDEX runs_by_study ON runs (study_id) WHERE study_id IS NOT NULL;
CREATE INDEX runs_by_parent ON runs (json_extract(origin, '$.runId')) WHERE origin IS NOT NULL;

CREATE TABLE studies (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  -- JSON, as shared/study defines it.
  spec TEXT NOT NULL,
  -- active, paused, cancelled or finished.
  status TEXT NOT NULL,
  reason TEXT,
  -- Among studies the least goes first; runs started by hand go before all of them.
  place INTEGER NOT NULL,
  -- Of its runs at once on a device; null: as many as the device has slots.
  slots INTEGER,
  note TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  trashed_at INTEGER,
  -- The version of the lab with its last change, its cells' included.
  changed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX studies_by_change ON studies (changed);

CREATE TABLE study_cells (
  study_id TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  key TEXT NOT NULL,
  -- JSON: what the study planned, as shared/study defines it, but for the spec, which a table of a thousand does not need.
  cell TEXT NOT NULL,
  spec TEXT NOT NULL,
  -- No foreign key: a cell stays when its run was deleted.
  run_id TEXT NOT NULL,
  changed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (study_id, ordinal),
  UNIQUE (study_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX study_cells_by_run ON study_cells (run_id);
CREATE INDEX study_cells_by_change ON study_cells (study_id, changed);

CREATE TRIGGER studies_insert_changes AFTER INSERT ON studies BEGIN
  UPDATE studies SET changed = ${NEXT} WHERE id = NEW.id;
END;
CREATE TRIGGER studies_update_changes AFTER UPDATE ON studies WHEN NEW.changed < ${NEXT} BEGIN
  UPDATE studies SET changed = ${NEXT} WHERE id = NEW.id;
END;
CREATE TRIGGER study_cells_insert_changes AFTER INSERT ON study_cells BEGIN
  UPDATE study_cells SET changed = ${NEXT} WHERE study_id = NEW.study_id AND ordinal = NEW.ordinal;
  UPDATE studies SET changed = ${NEXT} WHERE id = NEW.study_id AND changed < ${NEXT};
END;
-- Whatever changes a run of a study changes its cell and the study.
CREATE TRIGGER study_runs_change_cells AFTER UPDATE OF changed ON runs WHEN NEW.study_id IS NOT NULL BEGIN
  UPDATE study_cells SET changed = NEW.changed WHERE run_id = NEW.id AND study_id = NEW.study_id;
  UPDATE studies SET changed = NEW.changed WHERE id = NEW.study_id AND changed < NEW.changed;
END;
CREATE TRIGGER study_runs_delete_cells AFTER DELETE ON runs WHEN OLD.study_id IS NOT NULL BEGIN
  UPDATE study_cells SET changed = ${NEXT} WHERE run_id = OLD.id AND study_id = OLD.study_id;
  UPDATE studies SET changed = ${NEXT} WHERE id = OLD.study_id AND changed < ${NEXT};
END;

-- What a user sets for the lab, by name; values are JSON.
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`
