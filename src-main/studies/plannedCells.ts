import type { StudyCell } from '../../shared/study/cell.ts'
import type { NewCell } from '../store/types.ts'
import type { RunPlans } from './runPlans.ts'

/** Cells as they are stored, each planned on its data. @throws UserError for the first that cannot be */
export async function plannedCells(plans: RunPlans, cells: readonly StudyCell[]): Promise<NewCell[]> {
  const planned: NewCell[] = []
  for (const cell of cells) {
    const { dataset, plan, timetable } = await plans.plan(cell.spec)
    planned.push({ cell, run: { datasetId: dataset.meta.id, plan, totalSteps: timetable.totalSteps } })
  }
  return planned
}
