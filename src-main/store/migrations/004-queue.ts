/*
 * The order of the queue is the user's. Places only compare: there may be gaps, and a run that was restored from the trash
 * may have the place of another; then the older run goes first.
 */
export const queue = `
-- Set while the run is queued: the least is started first.
ALTER TABLE runs ADD COLUMN queue_place INTEGER;
UPDATE runs SET queue_place = place
FROM (SELECT id AS queued, row_number() OVER (ORDER BY created_at, rowid) AS place FROM runs WHERE status = 'queued')
WHERE id = queued;
`
