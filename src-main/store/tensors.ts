import type { StoredTensor } from '../../shared/run/messages.ts'
import type { Db } from './database.ts'
import { tensorRow } from './rows.ts'

/*
 * A row a tensor. Checkpoints replace each other tensor by tensor: SQLite overwrites a blob of the same size in place,
 * so the file does not grow and nothing has to be freed.
 */

type Owner =
  | { readonly table: 'snapshot_tensors'; readonly column: 'snapshot_id'; readonly id: number }
  | { readonly table: 'checkpoint_tensors'; readonly column: 'run_id'; readonly id: string }

export const ofSnapshot = (id: number): Owner => ({ table: 'snapshot_tensors', column: 'snapshot_id', id })
export const ofCheckpoint = (runId: string): Owner => ({
  table: 'checkpoint_tensors',
  column: 'run_id',
  id: runId,
})

export function putTensors(db: Db, { table, column, id }: Owner, tensors: readonly StoredTensor[]): void {
  tensors.forEach((tensor, ordinal) => {
    db.run(
      `INSERT INTO ${table} (${column}, ordinal, name, role, shape, data) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (${column}, ordinal) DO UPDATE
       SET name = excluded.name, role = excluded.role, shape = excluded.shape, data = excluded.data`,
      id,
      ordinal,
      tensor.name,
      tensor.role,
      JSON.stringify(tensor.shape),
      tensor.data,
    )
  })
  db.run(`DELETE FROM ${table} WHERE ${column} = ? AND ordinal >= ?`, id, tensors.length)
}

export function readTensors(db: Db, { table, column, id }: Owner): StoredTensor[] {
  return db.all(
    tensorRow,
    `SELECT name, role, shape, data FROM ${table} WHERE ${column} = ? ORDER BY ordinal`,
    id,
  )
}

export const tensorBytes = (tensors: readonly StoredTensor[]): number =>
  tensors.reduce((sum, { data }) => sum + data.byteLength, 0)
