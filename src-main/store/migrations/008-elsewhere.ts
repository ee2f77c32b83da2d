/*
 * Runs that other programs trained, averages of weights beside snapshots, and runs that begin with weights of a file. A run of kind "elsewhere" has a spec and a plan
 * that stand in for what nobody knows of it: what it is, is told by its column `elsewhere`. The row "elsewhere" of datasets
 * stands in for data that are not in the lab; no list of data sets shows it.
 */
export const elsewhere = `
-- JSON, as shared/run/elsewhere.ts defines it: of a run that another program trained; null for our own.
ALTER TABLE runs ADD COLUMN elsewhere TEXT;
-- JSON: scores of the exponential moving average of the weights, which is kept beside the snapshot; null without one.
ALTER TABLE snapshots ADD COLUMN ema TEXT;
-- Milliseconds since 1970: when another program evaluated; null for our own, which tell how long an epoch took.
ALTER TABLE epochs ADD COLUMN wall_time REAL;
-- JSON, as shared/run/initial.ts defines it: of a run that begins with weights given to it; null for others.
ALTER TABLE runs ADD COLUMN initial TEXT;
-- Those weights, kept as long as the run: its checkpoints take each other's place.
CREATE TABLE initial_tensors (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  shape TEXT NOT NULL,
  data BLOB NOT NULL,
  piece INTEGER NOT NULL DEFAULT 0,
  checksum INTEGER,
  UNIQUE (run_id, ordinal)
) STRICT;
INSERT INTO datasets (id, name, folder, meta, created_at) VALUES ('elsewhere', 'elsewhere', '', '{}', 0);
`
