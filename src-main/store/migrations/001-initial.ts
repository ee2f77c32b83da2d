/*
 * Steps count from 0, epochs and cycles from 1; times are milliseconds since 1970; JSON columns hold what
 * shared/run and shared/schedule define. Blobs are little-endian.
 */
export const initial = `
CREATE TABLE lab (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- Grows with every transaction that changes what a person sees: other processes poll it.
  version INTEGER NOT NULL,
  -- When a host was last found to have ended uncleanly, until a check of the whole file after that has found it sound.
  unclean_at INTEGER
) STRICT;
INSERT INTO lab (id, version) VALUES (1, 0);

-- The programs that have this file open for writing. A row that outlives its program tells of an unclean end.
CREATE TABLE hosts (
  id TEXT PRIMARY KEY,
  pid INTEGER NOT NULL,
  hostname TEXT NOT NULL,
  -- Tells a process from a later one of the same pid; null where the system does not say.
  process_start TEXT,
  started_at INTEGER NOT NULL,
  heartbeat INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE datasets (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  folder TEXT NOT NULL,
  meta TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  spec TEXT NOT NULL,
  dataset_id TEXT NOT NULL REFERENCES datasets (id),
  status TEXT NOT NULL,
  reason TEXT,
  plan TEXT NOT NULL,
  total_steps INTEGER NOT NULL,
  -- Steps whose metrics are stored: the next metric is of this step.
  steps_done INTEGER NOT NULL DEFAULT 0,
  attempt INTEGER NOT NULL DEFAULT 0,
  -- The last event stored of this attempt.
  last_seq INTEGER NOT NULL DEFAULT -1,
  -- Set while the run is active. No foreign key: the row in hosts goes first when a host is found dead.
  host_id TEXT,
  device TEXT,
  device_reason TEXT,
  parameters INTEGER,
  final_weights_sha256 TEXT,
  favourite INTEGER NOT NULL DEFAULT 0,
  archived INTEGER NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  -- Set when the run was deleted and its megabytes are still being taken away, some at a time.
  deleted_at INTEGER
) STRICT;
CREATE INDEX runs_by_time ON runs (created_at);
CREATE INDEX runs_by_host ON runs (host_id) WHERE host_id IS NOT NULL;

CREATE TABLE run_tags (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (run_id, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_edits (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  edit TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (run_id, ordinal)
) STRICT, WITHOUT ROWID;

-- What a feedback schedule (plateau) did.
CREATE TABLE run_feedback (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  lr REAL NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (run_id, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  command TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- When the host of the run handed it to the trainer.
  taken_at INTEGER,
  -- Why the trainer did not obey, in words. One that was obeyed is gone.
  refusal TEXT
) STRICT;
CREATE INDEX requests_by_run ON requests (run_id);

CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  UNIQUE (run_id, name)
) STRICT;

-- Chunk c of a series holds its points of the steps c * 4096 to c * 4096 + 4095.
CREATE TABLE metric_chunks (
  id INTEGER PRIMARY KEY,
  series_id INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  chunk INTEGER NOT NULL,
  first_step INTEGER NOT NULL,
  -- uint32, one a point; null when the steps are consecutive from first_step.
  steps BLOB,
  -- float64, one a point.
  data BLOB NOT NULL,
  UNIQUE (series_id, chunk)
) STRICT;

-- Level k holds buckets of w = 64 * 8^k steps; a row has up to 64 of them, those of the steps from block * 64 * w on.
CREATE TABLE metric_summaries (
  series_id INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  level INTEGER NOT NULL,
  block INTEGER NOT NULL,
  -- n buckets: n times three float64 (min, max, first value that is not finite), then n times seven uint32 (first
  -- step, last step, step of min, of max, number of points, step of the first not finite, number of not finite).
  data BLOB NOT NULL,
  PRIMARY KEY (series_id, level, block)
) STRICT, WITHOUT ROWID;

-- The open chunk of a run: one row a metrics event, until its steps fill a chunk.
CREATE TABLE metric_tail (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  first_step INTEGER NOT NULL,
  count INTEGER NOT NULL,
  -- JSON array of series names, in the order of the columns.
  names TEXT NOT NULL,
  -- float64: the columns one after the other, then the samples per second of the event.
  data BLOB NOT NULL,
  PRIMARY KEY (run_id, first_step)
) STRICT, WITHOUT ROWID;

CREATE TABLE epochs (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  step INTEGER NOT NULL,
  -- Null: not a number. SQLite has no NaN.
  train_loss REAL,
  train_accuracy REAL,
  val_loss REAL,
  val_accuracy REAL,
  test_loss REAL,
  test_accuracy REAL,
  seconds REAL NOT NULL,
  PRIMARY KEY (run_id, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshots (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  cycle INTEGER NOT NULL,
  step INTEGER NOT NULL,
  lr REAL NOT NULL,
  weights_sha256 TEXT NOT NULL,
  -- Of the tensors.
  bytes INTEGER NOT NULL,
  position TEXT NOT NULL,
  normalisation TEXT NOT NULL,
  val_loss REAL,
  val_accuracy REAL,
  test_loss REAL,
  test_accuracy REAL,
  created_at INTEGER NOT NULL,
  UNIQUE (run_id, step)
) STRICT;

CREATE TABLE snapshot_tensors (
  id INTEGER PRIMARY KEY,
  snapshot_id INTEGER NOT NULL REFERENCES snapshots (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  shape TEXT NOT NULL,
  -- float32, row-major.
  data BLOB NOT NULL,
  UNIQUE (snapshot_id, ordinal)
) STRICT;

CREATE TABLE snapshot_predictions (
  id INTEGER PRIMARY KEY,
  snapshot_id INTEGER NOT NULL REFERENCES snapshots (id) ON DELETE CASCADE,
  part TEXT NOT NULL,
  classes INTEGER NOT NULL,
  -- float32, [examples, classes].
  probs BLOB NOT NULL,
  -- uint16.
  labels BLOB NOT NULL,
  UNIQUE (snapshot_id, part)
) STRICT;

CREATE TABLE checkpoints (
  run_id TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  steps_done INTEGER NOT NULL,
  position TEXT NOT NULL,
  saved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint_tensors (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES checkpoints (run_id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  shape TEXT NOT NULL,
  data BLOB NOT NULL,
  UNIQUE (run_id, ordinal)
) STRICT;

CREATE TABLE ensembles (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  method TEXT NOT NULL,
  val_accuracy REAL,
  test_accuracy REAL,
  scores TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE ensemble_members (
  ensemble_id INTEGER NOT NULL REFERENCES ensembles (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  snapshot_id INTEGER NOT NULL REFERENCES snapshots (id),
  weight REAL NOT NULL,
  PRIMARY KEY (ensemble_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX ensemble_members_by_snapshot ON ensemble_members (snapshot_id);
`
