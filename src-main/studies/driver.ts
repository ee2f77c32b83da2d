import type { StudyCellInfo, StudySummary } from '../../shared/api/studies.ts'
import { UserError } from '../../shared/errors.ts'
import { isActive } from '../../shared/run/state.ts'
import { hasEnded } from '../../shared/study/outcome.ts'
import { createPlanner, type PlannedCell } from '../../shared/study/planner.ts'
import { nextStage } from '../../shared/study/stages.ts'
import type { Catalogue } from '../datasets/index.ts'
import type { RunService } from '../runs/service.ts'
import { StoreError } from '../store/faults.ts'
import type { Requeue, Store } from '../store/types.ts'
import { withInitialWeights } from './initialWeights.ts'
import { createStudyData } from './studyData.ts'

/*
 * What carries a study on. All that it knows stands in the database, and all that it does there can be done twice: cells are
 * stored by their key, runs go back into the queue from the state they have. So it may be killed at any moment, and several
 * hosts may do it at once.
 *
 *   a run was interrupted   it goes back into the queue, unless it stops getting further
 *   a stage has ended       the cells of the next one are planned and stored
 *   there is no next one    the study is finished
 *   it was cancelled        what still trains is asked to stop: a trainer that just began may have missed it
 */

/** Times that a run is begun again at the step where it was interrupted before. */
const TRIES = 3
/** Milliseconds after which a run of a cancelled study is asked again to stop. */
const STOP_AGAIN = 2000

export interface StudyDriver {
  /** One look at the studies that have not ended: what is due is done. */
  tend(): Promise<void>
  /** @throws UserError when it is active, or has nothing left to do */
  resume(id: string): Promise<void>
  /** @returns false where it has ended */
  cancel(id: string): boolean
  retryFailed(id: string): Promise<void>
}

export function createStudyDriver(store: Store, catalogue: Catalogue, runs: RunService): StudyDriver {
  const { read, write } = store
  /** By run: where it was when it was put back, and how often it was there. */
  const tries = new Map<string, { readonly steps: number; readonly count: number }>()
  /** By study: what its cells had come to when it was last asked what follows. */
  const asked = new Map<string, string>()
  /** What follows changes when cells end, and where a trunk trains on: then it is at another step. */
  const isDue = ({ id, spec, counts }: StudySummary, cells: readonly StudyCellInfo[]): boolean => {
    const trunks = cells.filter(({ role }) => role === 'trunk').map(({ steps }) => steps)
    const now = JSON.stringify([spec, counts, trunks])
    if (asked.get(id) === now) return false
    asked.set(id, now)
    return true
  }
  /** By run: when it was last asked to stop. */
  const stopsAsked = new Map<string, number>()
  const stopRuns = (runIds: readonly string[]): void => {
    for (const runId of runIds) {
      if (Date.now() - (stopsAsked.get(runId) ?? 0) < STOP_AGAIN) continue
      stopsAsked.set(runId, Date.now())
      // Whichever host has it; one that has ended meanwhile has nothing to stop. Nobody waits for it here.
      runs.command(runId, { type: 'stop', when: 'now' }).catch(() => undefined)
    }
  }
  let seen = -1
  /** Runs of studies train, here or elsewhere. */
  let isWatching = false
  let tending: Promise<void> | undefined

  /** @returns whether it may be begun again: a trainer that always dies at one step is not started for ever */
  const mayGoOn = ({ runId, steps }: StudyCellInfo): boolean => {
    const before = tries.get(runId)
    const count = before === undefined || steps > before.steps ? 1 : before.count + 1
    if (count > TRIES) return false
    tries.set(runId, { steps, count })
    return true
  }
  const isGivenUp = ({ runId, steps, status }: StudyCellInfo): boolean => {
    if (status !== 'interrupted') return false
    const before = tries.get(runId)
    return before !== undefined && before.count >= TRIES && steps <= before.steps
  }

  const carryOn = async (id: string): Promise<void> => {
    const interrupted = read
      .study(id)
      .cells.filter(({ status }) => status === 'interrupted')
      .filter(mayGoOn)
    if (interrupted.length > 0)
      write.requeueRuns(id, {
        from: ['active', 'paused'],
        statuses: ['interrupted'],
        runIds: interrupted.map(({ runId }) => runId),
      })
    const { study, cells } = read.study(id)
    if (study.status === 'active' && isDue(study, cells)) await goFurther(study, cells)
  }

  const goFurther = async (study: StudySummary, cells: readonly StudyCellInfo[]): Promise<void> => {
    const data = createStudyData(read, catalogue)
    try {
      // What always dies at one step has ended for those that come after it.
      const outcomes = cells.map((info) => (isGivenUp(info) ? { ...info, status: 'failed' as const } : info))
      const next = await data.toStore(await nextStage(study.spec, outcomes, data))
      const { cells: planned } = await withInitialWeights(study.spec, next, { read, data, id: study.id })
      for (const dataset of data.datasets()) write.putDataset(dataset)
      if (planned.length > 0) {
        if (write.addCells(study.id, planned, 'active') > 0) return
        // It was paused or cancelled meanwhile: once it goes on, they are due.
        asked.delete(study.id)
      }
      if (cells.every((info) => hasEnded(info) || isGivenUp(info))) finish(study)
    } catch (error) {
      asked.delete(study.id)
      // A busy or full database may take it at the next look.
      if (error instanceof StoreError) throw error
      // What cannot be planned (its data set is gone) pauses the study, with the reason.
      const words =
        error instanceof UserError ? error.message : `Anneal itself failed here (${String(error)}).`
      write.setStudyStatus(study.id, {
        status: 'paused',
        reason: words,
        from: ['active'],
        ifSpec: study.spec,
      })
    }
  }

  /** Where it has not been extended or cancelled meanwhile. */
  const finish = ({ id, spec }: StudySummary): void => {
    write.setStudyStatus(id, { status: 'finished', from: ['active'], whenIdle: true, ifSpec: spec })
  }

  const look = async (): Promise<void> => {
    if (read.version() === seen) return
    const version = read.version()
    const studies = read.studies()
    for (const { id, status, counts } of studies)
      if (status === 'cancelled' && counts.active > 0)
        stopRuns(read.study(id).cells.flatMap((cell) => (isTraining(cell) ? [cell.runId] : [])))
    const underWay = studies.filter(({ status }) => status === 'active' || status === 'paused')
    // Who takes one up again asks anew, though its cells have come no further.
    const active = new Set(underWay.filter(({ status }) => status === 'active').map(({ id }) => id))
    for (const id of asked.keys()) if (!active.has(id)) asked.delete(id)
    for (const { id } of underWay) await carryOn(id)
    isWatching = underWay.some(({ counts }) => counts.active > 0)
    seen = version
  }

  /** @throws UserError where it was cancelled, paused or taken up elsewhere since somebody looked */
  const requeue = (id: string, doing: string, what: Omit<Requeue, 'to'>): void => {
    if (write.requeueRuns(id, { ...what, to: 'active' })) return
    throw new UserError(
      `While ${doing} study ${id}: it was ${what.from.join(' or ')} a moment ago and is ${read.study(id).study.status} now; ask again.`,
    )
  }

  return {
    async tend() {
      // Who died may have had the last runs of a study: then nothing waits, and nobody else looks.
      if (isWatching) write.sweepDeadRuns()
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
      const statuses = study.status === 'paused' ? [] : (['stopped', 'interrupted'] as const)
      requeue(id, 'resuming', { from: [study.status], statuses })
    },
    cancel(id) {
      const runIds = write.cancelStudy(id)
      if (runIds === undefined) return false
      stopRuns(runIds)
      return true
    },
    async retryFailed(id) {
      const { status, spec } = read.study(id).study
      const cells = read.studyCells(id)
      const again = cells.filter(({ info }) => isToRetry(info)).map(({ info }) => info.runId)
      const gone = cells.filter(({ info }) => info.status === 'deleted')
      if (again.length + gone.length === 0)
        throw new UserError(
          `While retrying what failed of study ${id}: nothing did; runs that diverged are results, and would diverge again.`,
        )
      const data = createStudyData(read, catalogue)
      const planner = createPlanner(data)
      const planned: PlannedCell[] = []
      for (const { cell } of gone) planned.push({ ...cell, ...(await planner.plan(cell.spec)) })
      const { cells: fresh } = await withInitialWeights(spec, await data.toStore(planned), { read, data, id })
      for (const dataset of data.datasets()) write.putDataset(dataset)
      requeue(id, 'retrying what failed of', {
        from: [status],
        statuses: ['stopped', 'interrupted', 'failed'],
        fresh,
      })
      for (const runId of again) tries.delete(runId)
    },
  }
}

const isTraining = ({ status }: StudyCellInfo): boolean => status !== 'deleted' && isActive(status)

/** Of what has diverged nothing else would come. */
const isToRetry = ({ status, diverged }: StudyCellInfo): boolean =>
  status === 'stopped' || status === 'interrupted' || (status === 'failed' && diverged === null)
