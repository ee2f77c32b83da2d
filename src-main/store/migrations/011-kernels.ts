/*
 * Where the time of a run's training steps goes, kernel by kernel, so that whoever looks at the run sees what was computed in
 * plain JavaScript. A table of its own: lists of runs need not read it.
 */
export const kernels = `
-- What the kernels of a training step take, as the trainer measured it early in an attempt. Very short runs, and those of
-- earlier versions, have none.
CREATE TABLE run_kernels (
  run_id TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  -- The one that measured it: a later attempt replaces it.
  attempt INTEGER NOT NULL,
  -- JSON, as shared/run/kernelUse.ts defines it: for each kernel its calls and milliseconds in one step.
  kernels TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER run_kernels_insert_changes AFTER INSERT ON run_kernels BEGIN
  UPDATE runs SET changed = (SELECT version + 1 FROM lab) WHERE id = NEW.run_id;
END;
CREATE TRIGGER run_kernels_update_changes AFTER UPDATE ON run_kernels BEGIN
  UPDATE runs SET changed = (SELECT version + 1 FROM lab) WHERE id = NEW.run_id;
END;
`
