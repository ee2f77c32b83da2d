import type { FeedbackInfo } from '../../shared/api/runs.ts'
import { show, UserError } from '../../shared/errors.ts'
import type { Db, SqlValue } from './database.ts'
import { feedbackRow, idRow, RUN_COLUMNS, runRow } from './rows.ts'
import type { RunFilter, RunRecord } from './types.ts'

/** Every query of runs leaves out those in the trash, and those whose deletion is under way. */
export const VISIBLE = 'deleted_at IS NULL AND trashed_at IS NULL'
/** The same of rows that belong to a run. */
export const RUN_VISIBLE = `run_id IN (SELECT id FROM runs WHERE ${VISIBLE})`

export function findRun(db: Db, runId: string): RunRecord | undefined {
  return db.get(runRow, `SELECT ${RUN_COLUMNS} FROM runs WHERE id = ? AND ${VISIBLE}`, runId)
}

/** @throws UserError when no run or more than one begins with the prefix */
export function runByPrefix(db: Db, idPrefix: string): RunRecord {
  const prefix = idPrefix.trim().toLowerCase()
  const isId = /^[0-9a-z]+$/.test(prefix)
  const found = isId
    ? db.all(
        runRow,
        `SELECT ${RUN_COLUMNS} FROM runs WHERE id >= ? AND id < ? AND ${VISIBLE} ORDER BY id LIMIT 4`,
        prefix,
        // "{" comes right after "z".
        `${prefix}{`,
      )
    : []
  const [first, ...others] = found
  if (first === undefined) {
    const trashed = isId ? trashedByPrefix(db, prefix) : undefined
    throw new UserError(
      trashed === undefined
        ? `While looking for run ${show(idPrefix)}: no stored run has an id that begins so; list the runs to see their ids.`
        : `While looking for run ${show(idPrefix)}: run ${trashed} is deleted; restore it first (anneal runs restore ${trashed}).`,
    )
  }
  if (others.length > 0 && first.id !== prefix)
    throw new UserError(
      `While looking for run ${show(idPrefix)}: more than one run's id begins so (${found.map((run) => run.id).join(', ')}); give more letters.`,
    )
  return first
}

/** The newest run in the trash whose id begins so. */
function trashedByPrefix(db: Db, prefix: string): string | undefined {
  return db.get(
    idRow,
    `SELECT id FROM runs WHERE id >= ? AND id < ? AND deleted_at IS NULL AND trashed_at IS NOT NULL
     ORDER BY id DESC LIMIT 1`,
    prefix,
    `${prefix}{`,
  )?.id
}

/** Newest first. */
export function listRuns(db: Db, filter: RunFilter = {}): RunRecord[] {
  const { conditions, values } = conditionsOf(filter)
  return db.all(
    runRow,
    `SELECT ${RUN_COLUMNS} FROM runs WHERE ${conditions.join(' AND ')} ORDER BY created_at DESC, id DESC LIMIT ?`,
    ...values,
    filter.limit ?? -1,
  )
}

function conditionsOf({ status, text, tag, archived }: RunFilter) {
  const conditions = [VISIBLE]
  const values: SqlValue[] = []
  const add = (condition: string, ...needed: SqlValue[]): void => {
    conditions.push(condition)
    values.push(...needed)
  }
  if (status !== undefined) add('status = ?', status)
  if (archived !== undefined) add('archived = ?', Number(archived))
  if (tag !== undefined) add('EXISTS (SELECT 1 FROM run_tags WHERE run_id = runs.id AND tag = ?)', tag)
  if (text !== undefined) {
    const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
    const like = (column: string): string => `${column} LIKE ? ESCAPE '\\'`
    add(
      `(${like('id')} OR ${like('name')} OR ${like('note')} OR EXISTS (SELECT 1 FROM run_tags WHERE run_id = runs.id AND ${like('tag')}))`,
      ...Array.from({ length: 4 }, () => pattern),
    )
  }
  return { conditions, values }
}

export function listFeedback(db: Db, runId: string): FeedbackInfo[] {
  return db.all(
    feedbackRow,
    `SELECT step, lr, reason FROM run_feedback WHERE run_id = ? AND ${RUN_VISIBLE} ORDER BY step`,
    runId,
  )
}
