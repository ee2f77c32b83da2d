import type { StudyCellInfo, StudySummary } from '../../shared/api/studies.ts'
import { UserError } from '../../shared/errors.ts'
import { isActive } from '../../shared/run/state.ts'
import type { Catalogue } from '../datasets/index.ts'
import type { RunService } from '../runs/service.ts'
import { StoreError } from '../store/faults.ts'
import type { CellRecord, Store } from '../store/types.ts'
import { plannedCells } from './plannedCells.ts'
import { createRunPlans } from './runPlans.ts'
import { nextStage } from './stages.ts'

/*
 * What carries a study on. All that it knows stands in the database, and all that it does there can be done twice: cells are
 * stored by their key, runs go back into the queue from the state they have. So it may be killed at any moment, and several
 * hosts may do it at once.
 *
 *   a run was interrupted   it goes back into the queue, unless it stops getting further
 *   a stage has ended       the cells of the next one are planned and stored
 *   there is no next one    the study is finished
 */

/** Times that a run is begun again at the step where it was interrupted before. */
const TRIES = 3

export interface StudyDriver {
  /** One look at the studies that have not ended: what is due is done. */
  tend(): Promise<void>
  /** @throws UserError when it is active, or has nothing left to do */
  resume(id: string): Promise<void>
  cancel(id: string): void
  retryFailed(id: string): Promise<void>
}

export function createStudyDriver(store: Store, catalogue: Catalogue, runs: RunService): StudyDriver {
  const { read, write } = store
  /** By run: where it was when it was put back, and how often it was there. */
  const tries = new Map<string, { readonly steps: number; readonly count: number }>()
  let seen = -1
  let tending: Promise<void> | undefined

  /** @returns whether it may be begun again: a trainer that always dies at one step is not started for ever */
  const mayGoOn = ({ runId, steps }: StudyCellInfo): boolean => {
    const before = tries.get(runId)
    const count = before === undefined || steps > before.steps ? 1 : before.count + 1
    if (count > TRIES) return false
    tries.set(runId, { steps, count })
    return true
  }
  const isGivenUp = ({ runId, steps }: StudyCellInfo): boolean => {
    const before = tries.get(runId)
    return before !== undefined && before.count >= TRIES && steps <= before.steps
  }

  const carryOn = async (study: StudySummary): Promise<void> => {
    const interrupted = read
      .study(study.id)
      .cells.filter(({ status }) => status === 'interrupted')
      .filter(mayGoOn)
    if (interrupted.length > 0) write.requeueRuns(interrupted.map(({ runId }) => runId))
    if (study.status !== 'active') return
    const cells = read.studyCells(study.id)
    if (!cells.every(({ info }) => hasEnded(info) || (info.status === 'interrupted' && isGivenUp(info))))
      return
    await goFurther(study, cells)
  }

  const goFurther = async (study: StudySummary, cells: readonly CellRecord[]): Promise<void> => {
    const plans = createRunPlans(catalogue)
    try {
      const next = await nextStage(study.spec, cells, plans)
      const planned = await plannedCells(plans, next)
      for (const dataset of plans.datasets()) write.putDataset(dataset)
      if (planned.length > 0 && write.addCells(study.id, planned) > 0) return
      finish(study.id)
    } catch (error) {
      // A busy or full database may take it at the next look.
      if (error instanceof StoreError) throw error
      // What cannot be planned (its data set is gone) pauses the study, with the reason.
      const words =
        error instanceof UserError ? error.message : `Anneal itself failed here (${String(error)}).`
      write.setStudyStatus(study.id, { status: 'paused', reason: words })
    }
  }

  /** Where it has not been extended meanwhile. */
  const finish = (id: string): void => {
    const { study } = read.study(id)
    const { queued, active } = study.counts
    if (study.status === 'active' && queued + active === 0) write.setStudyStatus(id, { status: 'finished' })
  }

  const look = async (): Promise<void> => {
    if (read.version() === seen) return
    const version = read.version()
    for (const study of read.studies())
      if (study.status === 'active' || study.status === 'paused') await carryOn(study)
    seen = version
  }

  const stopped = (id: string): string[] =>
    read
      .study(id)
      .cells.filter(({ status }) => status === 'stopped' || status === 'interrupted')
      .map(({ runId }) => runId)

  return {
    async tend() {
      // Who died may have had the last runs of a study: then nothing waits, and nobody else looks.
      if (read.runs({ status: 'running', limit: 1 }).length > 0) write.sweepDeadRuns()
      tending ??= look().finally(() => {
        tending = undefined
      })
      await tending
    },
    async resume(id) {
      const { study } = read.study(id)
      if (study.status === 'active')
        throw new UserError(`While resuming study ${id}: it is active; pause or cancel it first.`)
      if (study.status === 'finished' && study.counts.other === 0)
        throw new UserError(
          `While resuming study ${id}: all of its ${study.counts.total} runs have ended; add values or seeds to go on.`,
        )
      if (study.status !== 'paused') write.requeueRuns(stopped(id))
      write.setStudyStatus(id, { status: 'active' })
    },
    cancel(id) {
      for (const runId of write.cancelStudy(id)) {
        // Whichever host has it; one that has ended meanwhile has nothing to stop. Nobody waits for it here.
        runs.command(runId, { type: 'stop', when: 'now' }).catch(() => undefined)
      }
    },
    async retryFailed(id) {
      const cells = read.studyCells(id)
      const again = cells.filter(({ info }) => isToRetry(info)).map(({ info }) => info.runId)
      const gone = cells.filter(({ info }) => info.status === 'deleted')
      if (again.length + gone.length === 0)
        throw new UserError(
          `While retrying what failed of study ${id}: nothing did; runs that diverged are results, and would diverge again.`,
        )
      const plans = createRunPlans(catalogue)
      const fresh = await plannedCells(
        plans,
        gone.map(({ cell }) => cell),
      )
      for (const dataset of plans.datasets()) write.putDataset(dataset)
      for (const { cell, run } of fresh) write.replaceRun(id, cell.key, { ...run, spec: cell.spec })
      write.requeueRuns(again)
      for (const runId of again) tries.delete(runId)
      write.setStudyStatus(id, { status: 'active' })
    },
  }
}

/** Of what has diverged nothing else would come. */
const isToRetry = ({ status, diverged }: StudyCellInfo): boolean =>
  status === 'stopped' || status === 'interrupted' || (status === 'failed' && diverged === null)

const hasEnded = ({ status }: StudyCellInfo): boolean =>
  status === 'deleted' || (status !== 'queued' && status !== 'interrupted' && !isActive(status))
