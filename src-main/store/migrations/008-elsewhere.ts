/*
 * Runs that other programs trained, and averages of weights beside snapshots. A run of kind "elsewhere" has a spec and a plan
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
INSERT INTO datasets (id, name, folder, meta, created_at) VALUES ('elsewhere', 'elsewhere', '', '{}', 0);
`
