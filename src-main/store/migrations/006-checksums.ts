/*
 * What was stored can be told from what a failing disk made of it. `checksum` is the CRC-32 (as in zlib) of the row's
 * content, in the order that the code beside the table gives; null in rows of earlier versions, which are taken as they are.
 * A tensor of more bytes than a row may have is stored in pieces: rows of the same tensor, one after another.
 */
const TABLES = [
  'snapshot_tensors',
  'checkpoint_tensors',
  'snapshot_predictions',
  'metric_chunks',
  'metric_summaries',
  'metric_tail',
]

export const checksums = `
${TABLES.map((table) => `ALTER TABLE ${table} ADD COLUMN checksum INTEGER;`).join('\n')}
-- Which piece of its tensor the row holds.
ALTER TABLE snapshot_tensors ADD COLUMN piece INTEGER NOT NULL DEFAULT 0;
ALTER TABLE checkpoint_tensors ADD COLUMN piece INTEGER NOT NULL DEFAULT 0;
`
