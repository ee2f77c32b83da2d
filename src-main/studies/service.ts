import type { z } from 'zod'
import type { extendStudy, StudyPlan, studyCommands } from '../../shared/api/studies.ts'
import { UserError } from '../../shared/errors.ts'
import { extendStudy as extendedStudy } from '../../shared/study/extension.ts'
import { planStudy } from '../../shared/study/planStudy.ts'
import type { Placement } from '../../shared/worker/placement.ts'
import type { Catalogue } from '../datasets/index.ts'
import { checkPlacement } from '../runs/placedRuns.ts'
import type { RunService } from '../runs/service.ts'
import type { Store, StudyEdit } from '../store/types.ts'
import { costOf } from './cost.ts'
import { createStudyDriver } from './driver.ts'
import { withInitialWeights } from './initialWeights.ts'
import { createStudyData } from './studyData.ts'
import { studyName } from './studyName.ts'

export type StudyCommand = (typeof studyCommands)[number]

/** Studies over what is stored: planning, launching, and what a user asks of one. Ids are whole ones. */
export interface StudyService {
  /** @throws UserError for what breaks a rule, in one sentence with axis, rule and value */
  plan(spec: unknown): Promise<StudyPlan>
  /** Stores it with all runs of its first stage, queued, here or where its runs are to train. @returns its id */
  launch(spec: unknown, placement?: Placement): Promise<string>
  command(id: string, command: StudyCommand): Promise<void>
  extend(input: z.infer<typeof extendStudy>): Promise<void>
  edit(id: string, edit: Omit<StudyEdit, 'spec'>): void
  /** @throws UserError while it is active or paused */
  remove(id: string, runs: boolean): void
}

export function createStudyService(store: Store, catalogue: Catalogue, runs: RunService): StudyService {
  const { read, write } = store
  const driver = createStudyDriver(store, catalogue, runs)
  runs.beforeLook(() => driver.tend())
  /** @returns false where the study has become another one meanwhile */
  const extendOnce = async (input: z.infer<typeof extendStudy>): Promise<boolean> => {
    const { id } = input
    const { study } = read.study(id)
    const data = createStudyData(read, catalogue)
    const known = read.studyCells(id).map(({ cell }) => cell)
    const extended = await extendedStudy(study.spec, known, input, data)
    const fresh = await data.toStore(extended.cells)
    const { spec, cells: planned } = await withInitialWeights(extended.spec, fresh, { read, data, id })
    for (const dataset of data.datasets()) write.putDataset(dataset)
    return write.extendStudy(id, planned, { from: study.spec, to: spec })
  }
  const statusOf = (id: string) => read.study(id).study.status

  return {
    async plan(input) {
      const data = createStudyData(read, catalogue)
      const planned = await planStudy(input, data)
      const { spec, leftOut, runs: most, steps } = planned
      const cells = planned.cells.map(({ key, role, settings, seed, budget }) => ({
        key,
        role,
        settings,
        seed,
        budget,
      }))
      return { spec, cells, leftOut, runs: most, steps, ...(await costOf(read, data, planned)) }
    },
    async launch(input, placement) {
      checkPlacement(store, placement, 'launching a study')
      const data = createStudyData(read, catalogue)
      const plan = await planStudy(input, data)
      const cells = await data.toStore(plan.cells)
      const { spec, cells: planned } = await withInitialWeights(plan.spec, cells, { read, data })
      for (const dataset of data.datasets()) write.putDataset(dataset)
      const id = write.createStudy({ name: spec.name ?? studyName(spec), spec, placement }, planned)
      runs.pokeQueue()
      return id
    },
    async command(id, command) {
      switch (command) {
        case 'pause':
          if (!write.setStudyStatus(id, { status: 'paused', from: ['active'] }))
            throw refused(id, statusOf(id), 'pausing', ['active'])
          return
        case 'resume':
          await driver.resume(id)
          break
        case 'cancel':
          if (!driver.cancel(id)) throw refused(id, statusOf(id), 'cancelling', ['active', 'paused'])
          return
        case 'retryFailed':
          await driver.retryFailed(id)
          break
        default:
          write.moveStudy(id, command)
      }
      runs.pokeQueue()
    },
    async extend(input) {
      // Where another has extended it meanwhile, what is asked for is added to that.
      for (let tries = 0; !(await extendOnce(input)); tries++)
        if (tries >= 5)
          throw new UserError(
            `While extending study ${input.id}: it is being changed elsewhere at the same time; extend it again in a moment.`,
          )
      runs.pokeQueue()
    },
    edit(id, edit) {
      write.editStudy(id, edit)
      runs.pokeQueue()
    },
    remove(id, withRuns) {
      write.trashStudy(id, withRuns)
    },
  }
}

const refused = (id: string, status: string, doing: string, allowed: readonly string[]): UserError =>
  new UserError(
    `While ${doing} study ${id}: it is ${status}, and only one that is ${allowed.join(' or ')} can be.`,
  )
