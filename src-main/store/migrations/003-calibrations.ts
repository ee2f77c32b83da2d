/*
 * How long a training step takes on each device, by machine and model, and the device of a run as its spec would name it,
 * so that a resumed run stays on it. `machine` and `subject` hold what shared/run/calibration.ts defines, as JSON whose
 * text is always the same for the same content.
 */
export const calibrations = `
ALTER TABLE runs ADD COLUMN device_name TEXT;

CREATE TABLE calibrations (
  id INTEGER PRIMARY KEY,
  machine TEXT NOT NULL,
  subject TEXT NOT NULL,
  measured_at INTEGER NOT NULL,
  UNIQUE (machine, subject)
) STRICT;

CREATE TABLE calibration_timings (
  calibration_id INTEGER NOT NULL REFERENCES calibrations (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  name TEXT NOT NULL,
  -- Of a device that was measured.
  device TEXT,
  step_ms REAL,
  steps INTEGER,
  -- Why another was not.
  failure TEXT,
  PRIMARY KEY (calibration_id, ordinal),
  CHECK ((failure IS NULL) = (step_ms IS NOT NULL))
) STRICT, WITHOUT ROWID;
`
