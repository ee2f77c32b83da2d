import type { EngineName, RunSpec } from '../../shared/run/spec.ts'
import type { Db } from './database.ts'
import { IS_PLACED } from './placeColumn.ts'
import { RUN_COLUMNS, runRow } from './rows.ts'
import { VISIBLE } from './runReads.ts'
import type { RunRecord } from './types.ts'

/** Runs that are told, the newest. */
const LOOKED_AT = 5

/** What decides how long a step takes; specs are stored as JSON in the order of their schema, so that texts compare. */
const SAME = [
  'model',
  'batchSize',
  'device',
  'augmentation',
  'optimizer.kind',
  'clipping',
  'ema',
  'dataset.validation',
  'dataset.test',
]
  .map((field) => `json_extract(runs.spec, '$.${field}') IS json_extract(wanted.spec, '$.${field}')`)
  .join(' AND ')

/** See StoreReads. How long another machine took says nothing of this one. */
export function similarRuns(
  db: Db,
  spec: RunSpec,
  datasetId: string,
  trainedOn: EngineName | null = null,
): RunRecord[] {
  return db.all(
    runRow,
    `SELECT ${RUN_COLUMNS.replaceAll('spec,', 'runs.spec AS spec,')} FROM runs JOIN (SELECT ? AS spec) AS wanted
     WHERE dataset_id = ? AND device_name IS coalesce(?, device_name) AND ${VISIBLE} AND kind = 'training'
       AND NOT ${IS_PLACED}
       AND ${SAME} AND EXISTS (SELECT 1 FROM epochs WHERE run_id = runs.id)
     ORDER BY started_at DESC, runs.id DESC LIMIT ${LOOKED_AT}`,
    JSON.stringify(spec),
    datasetId,
    trainedOn,
  )
}
