import { z } from 'zod'
import type { RunSpec } from '../../shared/run/spec.ts'
import type { StudyHost } from '../../shared/study/host.ts'
import type { PlannedCell } from '../../shared/study/planner.ts'
import { type Catalogue, type StoredDataset, splitDataset } from '../datasets/index.ts'
import type { DatasetRecord, NewCell, StoreReads } from '../store/types.ts'

/**
 * What the planning of a study asks of the lab: a data set is looked up once, and split once for each way of splitting it.
 * For one planning: what is found is kept as long as this is.
 */
export interface StudyData extends StudyHost {
  /** @throws UserError for one that is not there */
  dataset(name: string): Promise<StoredDataset>
  trainCount(dataset: RunSpec['dataset']): Promise<number>
  /** Cells as the store takes them. */
  toStore(cells: readonly PlannedCell[]): Promise<NewCell[]>
  /** Those that were met, as the store takes them. */
  datasets(): Omit<DatasetRecord, 'createdAt'>[]
}

export function createStudyData(read: StoreReads, catalogue: Catalogue): StudyData {
  const stored = new Map<string, Promise<StoredDataset>>()
  const counts = new Map<string, Promise<number>>()
  const met = new Map<string, StoredDataset>()
  const once = <T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> => {
    const found = known.get(key) ?? make()
    known.set(key, found)
    return found
  }
  const dataset = (name: string): Promise<StoredDataset> =>
    once(stored, name, async () => {
      const found = await catalogue.resolve(name)
      met.set(found.meta.id, found)
      return found
    })
  return {
    dataset,
    trainCount: ({ name, validation, test, seed }) =>
      once(counts, JSON.stringify([name, validation, test, seed]), async () => {
        const found = await dataset(name)
        const labels = await catalogue.labels(found)
        return splitDataset(labels, found.meta, { validation, test, seed }).train.length
      }),
    dataForm: async (name) => (await dataset(name)).meta,
    classCount: async (name) => (await dataset(name)).meta.classes.length,
    scheduleOf: (runId) => read.run(runId).spec.schedule,
    sobol: async () => (await import('../../shared/study/sobol.ts')).sobolPoints,
    async toStore(cells) {
      const planned: NewCell[] = []
      for (const { plan, totalSteps, snapshots: _, ...cell } of cells) {
        const { meta } = await dataset(cell.spec.dataset.name)
        planned.push({ cell, run: { datasetId: meta.id, plan, totalSteps } })
      }
      return planned
    },
    datasets: () =>
      [...met.values()].map(({ meta, folder }) => ({
        id: meta.id,
        name: meta.name,
        folder,
        meta: z.json().parse(meta),
      })),
  }
}
