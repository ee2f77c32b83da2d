import { ELSEWHERE_DATASET } from '../../shared/run/elsewhere.ts'
import type { Db } from './database.ts'
import { datasetRow } from './rows.ts'
import type { WriteContext } from './runWrites.ts'
import type { DatasetRecord } from './types.ts'

export function putDataset(
  { db, now }: WriteContext,
  { id, name, folder, meta }: Omit<DatasetRecord, 'createdAt'>,
): void {
  db.run(
    `INSERT INTO datasets (id, name, folder, meta, created_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, folder = excluded.folder, meta = excluded.meta`,
    id,
    name,
    folder,
    JSON.stringify(meta),
    now(),
  )
}

export function listDatasets(db: Db): DatasetRecord[] {
  return db.all(
    datasetRow,
    'SELECT id, name, folder, meta, created_at AS createdAt FROM datasets WHERE id <> ? ORDER BY name, id',
    ELSEWHERE_DATASET,
  )
}
