import type { z } from 'zod'
import type { extendStudy, StudyPlan, studyCommands } from '../../shared/api/studies.ts'
import { parseOrExplain, UserError } from '../../shared/errors.ts'
import { type StudySpec, studySpec } from '../../shared/study/spec.ts'
import type { Catalogue } from '../datasets/index.ts'
import type { RunService } from '../runs/service.ts'
import type { Store, StudyEdit } from '../store/types.ts'
import { costOf } from './cost.ts'
import { createStudyDriver } from './driver.ts'
import { plannedCells } from './plannedCells.ts'
import { createRunPlans } from './runPlans.ts'
import { firstStage } from './stages.ts'
import { studyName } from './studyName.ts'

export type StudyCommand = (typeof studyCommands)[number]

/** Studies over what is stored: planning, launching, and what a user asks of one. Ids are whole ones. */
export interface StudyService {
  /** @throws UserError for what breaks a rule, in one sentence with axis, rule and value */
  plan(spec: unknown): Promise<StudyPlan>
  /** Stores it with all runs of its first stage, queued. @returns its id */
  launch(spec: unknown): Promise<string>
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
  const statusOf = (id: string) => read.study(id).study.status

  return {
    async plan(input) {
      const spec = parseStudy(input, 'planning a study')
      const plans = createRunPlans(catalogue)
      const { cells, leftOut, runs: most } = await firstStage(spec, plans)
      const cost = await costOf(read, plans, cells)
      const shown = cells.map(({ key, role, settings, seed, budget }) => ({
        key,
        role,
        settings,
        seed,
        budget,
      }))
      return { spec, cells: shown, leftOut, runs: most, ...cost }
    },
    async launch(input) {
      const spec = parseStudy(input, 'launching a study')
      const plans = createRunPlans(catalogue)
      const { cells } = await firstStage(spec, plans)
      const planned = await plannedCells(plans, cells)
      for (const dataset of plans.datasets()) write.putDataset(dataset)
      const id = write.createStudy({ name: spec.name ?? studyName(spec), spec }, planned)
      runs.pokeQueue()
      return id
    },
    async command(id, command) {
      switch (command) {
        case 'pause':
          refuseUnless(id, statusOf(id), 'pausing', ['active'])
          write.setStudyStatus(id, { status: 'paused' })
          return
        case 'resume':
          await driver.resume(id)
          break
        case 'cancel':
          refuseUnless(id, statusOf(id), 'cancelling', ['active', 'paused'])
          driver.cancel(id)
          return
        case 'retryFailed':
          await driver.retryFailed(id)
          break
        default:
          write.moveStudy(id, command)
      }
      runs.pokeQueue()
    },
    async extend({ id }) {
      throw new UserError(`While adding to study ${id}: that is not built yet.`)
    },
    edit(id, edit) {
      write.editStudy(id, edit)
      runs.pokeQueue()
    },
    remove(id, withRuns) {
      const status = statusOf(id)
      if (status === 'active' || status === 'paused')
        throw new UserError(`While deleting study ${id}: it is ${status}; cancel it first.`)
      write.trashStudy(id, withRuns)
    },
  }
}

const parseStudy = (input: unknown, doing: string): StudySpec => parseOrExplain(studySpec, input, doing)

function refuseUnless(id: string, status: string, doing: string, allowed: readonly string[]): void {
  if (allowed.includes(status)) return
  throw new UserError(
    `While ${doing} study ${id}: it is ${status}, and only one that is ${allowed.join(' or ')} can be.`,
  )
}
