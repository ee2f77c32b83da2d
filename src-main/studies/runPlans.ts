import { z } from 'zod'
import { readTopology } from '../../shared/model/topology.ts'
import { buildTimetable, initialPlan, type Timetable } from '../../shared/run/plan.ts'
import type { RunSpec } from '../../shared/run/spec.ts'
import { checkRates, type SchedulePlan } from '../../shared/schedule/index.ts'
import { type Catalogue, type StoredDataset, splitDataset } from '../datasets/index.ts'
import type { DatasetRecord } from '../store/types.ts'

/** What a cell's run would be on its data. */
export interface RunPlan {
  readonly dataset: StoredDataset
  readonly trainCount: number
  readonly plan: SchedulePlan
  readonly timetable: Timetable
}

/** Plans run after run: a data set is looked up once, and split once for each way of splitting it. */
export interface RunPlans {
  /** @throws UserError as `planRun` does */
  plan(spec: RunSpec): Promise<RunPlan>
  /** Those that were met, as the store takes them. */
  datasets(): Omit<DatasetRecord, 'createdAt'>[]
}

export function createRunPlans(catalogue: Catalogue): RunPlans {
  const stored = new Map<string, Promise<StoredDataset>>()
  const counts = new Map<string, Promise<number>>()
  const topologies = new Set<string>()
  const met = new Map<string, StoredDataset>()
  const once = <T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> => {
    const found = known.get(key) ?? make()
    known.set(key, found)
    return found
  }
  const trainCountOf = ({ dataset: { validation, test, seed } }: RunSpec, dataset: StoredDataset) =>
    once(counts, JSON.stringify([dataset.meta.id, validation, test, seed]), async () => {
      const labels = await catalogue.labels(dataset)
      return splitDataset(labels, dataset.meta, { validation, test, seed }).train.length
    })
  return {
    async plan(spec) {
      if (spec.model.kind === 'layers') {
        const key = JSON.stringify(spec.model.topology)
        if (!topologies.has(key)) readTopology(spec.model.topology)
        topologies.add(key)
      }
      const dataset = await once(stored, spec.dataset.name, () => catalogue.resolve(spec.dataset.name))
      met.set(dataset.meta.id, dataset)
      const trainCount = await trainCountOf(spec, dataset)
      const plan = initialPlan(spec, trainCount)
      const timetable = buildTimetable(spec, { plan, edits: [] })
      checkRates(spec.schedule, timetable.schedule)
      return { dataset, trainCount, plan, timetable }
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
