import {
  findPreset,
  parseSchedule,
  type ScheduleSpec,
  scheduleLabel,
} from '../../../../shared/schedule/index.ts'
import { type GridPlace, gridPlaceOf } from '../../../../shared/study/profileGrid.ts'
import type { BudgetStudySpec } from '../../../../shared/study/spec.ts'
import type { PlaceOf } from './profileGridView.ts'

/** Which of a study's schedules, by the names its cells have, stand in which place of the grid of REX. */
export function gridPlaces({ schedules }: Pick<BudgetStudySpec, 'schedules'>): PlaceOf {
  const places = new Map<string, GridPlace>()
  for (const schedule of schedules) {
    const spec = read(schedule)
    if (spec === undefined) continue
    const place = gridPlaceOf(spec)
    if (place !== undefined) places.set(schedule.label ?? scheduleLabel(spec), place)
  }
  return (schedule) => places.get(schedule)
}

/** One of an older Anneal may not be read any more; then it is in no place. */
function read(schedule: BudgetStudySpec['schedules'][number]): ScheduleSpec | undefined {
  try {
    return 'preset' in schedule ? findPreset(schedule.preset).spec : parseSchedule(schedule.spec)
  } catch {
    return undefined
  }
}
