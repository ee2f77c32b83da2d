/*
 * Other machines that train runs of this lab. Where a run is to train outlives the program that watches it: a run with a row
 * in placements stays running when its host goes, and the next host takes it up. What a worker may do hangs on its row:
 * tokens and codes are kept as sha256 alone.
 */
export const workers = `
CREATE TABLE workers (
  id TEXT PRIMARY KEY,
  -- Of those that are not removed, each name once.
  name TEXT NOT NULL,
  -- invited, joined, draining (takes no more offers), out (failed twice before a first step), removed (its token is void).
  state TEXT NOT NULL,
  -- Why it is out, in words.
  reason TEXT,
  -- sha256, hexadecimal; null before it has joined.
  token_hash TEXT,
  -- sha256 of the one-time code of its invitation, which is void after code_until; null once it has been used.
  code_hash TEXT,
  code_until INTEGER,
  protocol INTEGER,
  build TEXT,
  -- JSON, as shared/worker/protocol.ts defines it: what it last said of itself.
  about TEXT,
  invited_at INTEGER NOT NULL,
  joined_at INTEGER,
  seen_at INTEGER,
  -- Attempts on it that failed before their first step, one after another.
  failures INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX workers_by_name ON workers (name) WHERE state <> 'removed';

-- Runs that train, or are to train, on another machine.
CREATE TABLE placements (
  run_id TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  -- JSON, as shared/worker/placement.ts defines it.
  placement TEXT NOT NULL,
  -- Who has its attempt, or had the one before where it waits again; null before one has it.
  worker_id TEXT,
  -- When that worker last spoke for it.
  contact_at INTEGER,
  -- Since when that worker is silent, where it is so for longer than it should be.
  out_of_touch_since INTEGER,
  -- Of a run that waits again: what it was ('running', 'paused') when its attempt was given up without having failed; its
  -- worker may take that up again as long as nobody else has the run.
  gave_up TEXT,
  -- The run's steps_done when its attempt began.
  steps_before INTEGER NOT NULL DEFAULT 0,
  -- Attempts that failed, one after another, without a step done.
  failures INTEGER NOT NULL DEFAULT 0,
  -- Of Slurm: the job ("1234" or "1234_7"), its state and reason as squeue says them.
  slurm_job TEXT,
  slurm_state TEXT,
  slurm_reason TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX placements_by_worker ON placements (worker_id) WHERE worker_id IS NOT NULL;
-- JSON: where the study's runs are to train; null: here.
ALTER TABLE studies ADD COLUMN placement TEXT;
-- Whatever changes where a run trains changes the run. What a worker says every few seconds (contact_at) is no change.
CREATE TRIGGER placements_insert_changes AFTER INSERT ON placements BEGIN
  UPDATE runs SET changed = (SELECT version + 1 FROM lab) WHERE id = NEW.run_id;
END;
CREATE TRIGGER placements_update_changes AFTER UPDATE OF placement, worker_id, out_of_touch_since, failures, slurm_job,
  slurm_state, slurm_reason ON placements BEGIN
  UPDATE runs SET changed = (SELECT version + 1 FROM lab) WHERE id = NEW.run_id;
END;
-- A run that had ended and is wanted again owes nothing to whoever trained it.
CREATE TRIGGER runs_wait_again AFTER UPDATE OF status ON runs
WHEN NEW.status = 'queued' AND OLD.status IN ('completed', 'stopped', 'failed', 'interrupted') BEGIN
  UPDATE placements SET worker_id = NULL, out_of_touch_since = NULL, gave_up = NULL, failures = 0 WHERE run_id = NEW.id;
END;
CREATE TRIGGER placements_delete_changes AFTER DELETE ON placements BEGIN
  UPDATE runs SET changed = (SELECT version + 1 FROM lab) WHERE id = OLD.run_id;
END;
`
