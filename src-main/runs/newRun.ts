import { z } from 'zod'
import { buildTimetable } from '../../shared/run/plan.ts'
import { parseRunSpec } from '../../shared/run/spec.ts'
import { checkRates } from '../../shared/schedule/index.ts'
import type { Catalogue, DatasetMeta } from '../datasets/index.ts'
import type { NewRun, RunRecord, Store } from '../store/types.ts'
import { planRun } from './plannedRun.ts'

/**
 * Stores a run of a spec, after the whole spec has been checked against its data.
 * @param put how it is stored: to be started now, or queued · @param about what it is besides a training run of its spec
 * @param check what else must hold, before anything is stored
 * @throws UserError for what breaks a rule; nothing is stored then
 */
export async function createRun(
  store: Store,
  catalogue: Catalogue,
  input: unknown,
  put: (run: NewRun) => RunRecord,
  about: Pick<NewRun, 'kind' | 'rateTest' | 'origin' | 'state' | 'initial'> = {},
  check?: (data: DatasetMeta) => void,
): Promise<RunRecord> {
  const spec = parseRunSpec(input)
  const { meta, folder, plan } = await planRun(spec, catalogue)
  check?.(meta)
  const { totalSteps, schedule } = buildTimetable(spec, { plan, edits: [] })
  checkRates(spec.schedule, schedule)
  store.write.putDataset({ id: meta.id, name: meta.name, folder, meta: z.json().parse(meta) })
  return put({ spec, datasetId: meta.id, plan, totalSteps, ...about })
}
