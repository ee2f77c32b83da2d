import { readTopology } from '../model/topology.ts'
import { checkClassWeights } from '../run/classWeights.ts'
import { checkReads } from '../run/imagesOnly.ts'
import { buildTimetable, initialPlan } from '../run/plan.ts'
import { plannedSnapshots } from '../run/plannedSnapshots.ts'
import type { RunSpec } from '../run/spec.ts'
import { checkRates, type SchedulePlan } from '../schedule/index.ts'
import type { StudyCell } from './cell.ts'
import type { StudyHost } from './host.ts'
import { adviceOf, reasonOf, refusal } from './refusal.ts'
import { canonical } from './shown.ts'

/** A cell with the plan its run begins with. */
export interface PlannedCell extends StudyCell {
  readonly plan: SchedulePlan
  readonly totalSteps: number
  /** How many its rule takes, at least. */
  readonly snapshots: number
}

export type CellPlan = Pick<PlannedCell, 'plan' | 'totalSteps' | 'snapshots'>

export interface Planner {
  /** @param what the field that names it · @throws UserError for a data set that is not there, or keeps nothing for validation */
  checkDataset(dataset: RunSpec['dataset'], what: string): Promise<void>
  /**
   * @throws UserError for what breaks a rule of the plan: a batch larger than the data, a cycle shorter than a step, a
   * network for images on a table, or on images too small for it
   */
  plan(spec: RunSpec): Promise<CellPlan>
}

/** Steps at which the rates of a formula are looked at; a run looks at all of them when it is launched. */
const ratesLookedAt = 1000

/** Plans runs as launching them would; what is asked of the host is asked once. */
export function createPlanner(host: StudyHost): Planner {
  const counts = new Map<string, Promise<number>>()
  const topologies = new Set<string>()
  const countOf = (dataset: RunSpec['dataset']): Promise<number> => {
    const key = canonical(dataset)
    const known = counts.get(key) ?? Promise.resolve(dataset).then((asked) => host.trainCount(asked))
    counts.set(key, known)
    return known
  }
  return {
    async checkDataset(dataset, what) {
      if (dataset.validation === 0) {
        throw refusal(
          what,
          'a study is decided on validation data, so dataset.validation must be above 0',
          dataset.validation,
          'keep a part of the training data for it',
        )
      }
      try {
        await countOf(dataset)
      } catch (error) {
        throw refusal(what, reasonOf(error), dataset.name, adviceOf(error) ?? 'import it, or take another')
      }
    },
    async plan(spec) {
      if (spec.model.kind === 'layers') {
        const key = canonical(spec.model.topology)
        if (!topologies.has(key)) readTopology(spec.model.topology)
        topologies.add(key)
      }
      checkReads(spec, await host.dataForm(spec.dataset.name))
      if (spec.classWeights !== undefined) {
        checkClassWeights(spec, await host.classCount(spec.dataset.name))
      }
      const plan = initialPlan(spec, await countOf(spec.dataset))
      const { schedule, totalSteps } = buildTimetable(spec, { plan, edits: [] })
      checkRates(spec.schedule, schedule, ratesLookedAt)
      return { plan, totalSteps, snapshots: plannedSnapshots(spec.snapshots, plan, schedule).count }
    },
  }
}
