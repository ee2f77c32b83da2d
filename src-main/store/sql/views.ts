import type { SqlTable } from '../../../shared/api/sql.ts'

/*
 * Views of a connection, in no file: what people ask for first, without the deleted and with the settings out of their JSON.
 * The stand-in spec and plan of a run of another program are left empty.
 */

interface View {
  readonly name: string
  readonly about: string
  /** Name, SQL, type and words of each column. */
  readonly columns: readonly (readonly [name: string, sql: string, type: string, about: string])[]
  readonly from: string
}

const ours = (sql: string): string => `iif(r.kind = 'elsewhere', NULL, ${sql})`
const setting = (path: string): string => ours(`r.spec ->> '$.${path}'`)
const time = (column: string): string => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`
const best = (column: string): string =>
  `(SELECT ${column} FROM epochs AS e WHERE e.run_id = r.id AND val_accuracy IS NOT NULL ORDER BY val_accuracy DESC, epoch LIMIT 1)`
const last = (column: string): string =>
  `(SELECT ${column} FROM epochs AS e WHERE e.run_id = r.id ORDER BY epoch DESC LIMIT 1)`
const WORKER = `(SELECT coalesce(w.name, p.worker_id) FROM placements AS p LEFT JOIN workers AS w ON w.id = p.worker_id
  WHERE p.run_id = r.id)`
const NOT_DELETED = 'r.trashed_at IS NULL AND r.deleted_at IS NULL'

const runs: View = {
  name: 'runs_view',
  about: 'Runs that are not deleted, a row each, with their main settings and scores.',
  columns: [
    ['id', 'r.id', 'TEXT', 'Of the run.'],
    ['name', 'r.name', 'TEXT', ''],
    ['kind', 'r.kind', 'TEXT', 'training, rateTest or another; elsewhere: another program trained it.'],
    ['status', 'r.status', 'TEXT', ''],
    ['dataset', ours('d.name'), 'TEXT', ''],
    ['model', setting('model.kind'), 'TEXT', ''],
    ['schedule', setting('schedule.kind'), 'TEXT', ''],
    ['optimizer', setting('optimizer.kind'), 'TEXT', ''],
    ['batch_size', setting('batchSize'), 'INTEGER', ''],
    ['seed', setting('seed'), 'INTEGER', ''],
    ['steps_done', 'r.steps_done', 'INTEGER', 'Steps whose metrics are stored.'],
    ['total_steps', ours('r.total_steps'), 'INTEGER', 'Steps of the plan.'],
    ['snapshots', '(SELECT count(*) FROM snapshots AS s WHERE s.run_id = r.id)', 'INTEGER', 'How many.'],
    ['best_epoch', best('epoch'), 'INTEGER', 'The epoch of the best validation accuracy.'],
    ['best_val_accuracy', best('val_accuracy'), 'REAL', 'In 0..1, on validation data.'],
    ['last_epoch', last('epoch'), 'INTEGER', ''],
    ['last_train_loss', last('train_loss'), 'REAL', 'In nats, on training data.'],
    ['last_val_accuracy', last('val_accuracy'), 'REAL', 'In 0..1, on validation data.'],
    ['last_test_accuracy', last('test_accuracy'), 'REAL', 'In 0..1, on test data.'],
    ['seconds', '(SELECT sum(seconds) FROM epochs AS e WHERE e.run_id = r.id)', 'REAL', 'Of its epochs.'],
    ['study_id', 'r.study_id', 'TEXT', ''],
    ['worker', WORKER, 'TEXT', 'The other machine that trains it, or trained it last.'],
    ['elsewhere', 'r.elsewhere', 'TEXT', 'JSON: where a run of another program came from.'],
    ['initial', 'r.initial', 'TEXT', 'JSON: the weights it was given to begin with.'],
    ['created', time('r.created_at'), 'TEXT', 'ISO 8601, UTC.'],
    ['ended', time('r.ended_at'), 'TEXT', 'ISO 8601, UTC.'],
  ],
  from: `runs AS r LEFT JOIN datasets AS d ON d.id = r.dataset_id WHERE ${NOT_DELETED}`,
}

const snapshots: View = {
  name: 'snapshots_view',
  about: 'Snapshots of runs that are not deleted, with the scores of each.',
  columns: [
    ['id', 's.id', 'INTEGER', 'Of the snapshot.'],
    ['run_id', 's.run_id', 'TEXT', ''],
    ['run', 'r.name', 'TEXT', 'Name of the run.'],
    ['cycle', 's.cycle', 'INTEGER', 'From 1.'],
    ['step', 's.step', 'INTEGER', 'The last step before it, from 0.'],
    ['lr', 's.lr', 'REAL', 'Learning rate of that step.'],
    ['val_loss', 's.val_loss', 'REAL', 'In nats, on validation data.'],
    ['val_accuracy', 's.val_accuracy', 'REAL', 'In 0..1, on validation data.'],
    ['test_loss', 's.test_loss', 'REAL', 'In nats, on test data.'],
    ['test_accuracy', 's.test_accuracy', 'REAL', 'In 0..1, on test data.'],
    ['bytes', 's.bytes', 'INTEGER', 'Of its tensors.'],
    ['created', time('s.created_at'), 'TEXT', 'ISO 8601, UTC.'],
  ],
  from: `snapshots AS s JOIN runs AS r ON r.id = s.run_id WHERE ${NOT_DELETED}`,
}

const views = [runs, snapshots] as const

export const viewsSql = views
  .map(
    ({ name, columns, from }) =>
      `CREATE TEMP VIEW ${name} AS SELECT ${columns.map(([column, sql]) => `${sql} AS ${column}`).join(', ')} FROM ${from};`,
  )
  .join('\n')

export const viewTables: readonly SqlTable[] = views.map(({ name, about, columns }) => ({
  name,
  kind: 'view',
  about,
  columns: columns.map(([column, , type, words]) => ({ name: column, type, about: words })),
}))
