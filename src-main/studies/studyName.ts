import type { StudySpec } from '../../shared/study/spec.ts'

/** The name of a study that was given none. */
export function studyName(spec: StudySpec): string {
  switch (spec.kind) {
    case 'sweep':
      return `sweep of ${spec.axes.map(({ path }) => path).join(', ')}`
    case 'budget':
      return `${counted(spec.schedules.length, 'schedule')} at ${counted(spec.budgets.length, 'budget')}`
    case 'trunk':
      return `trunk with ${counted(spec.budgets.length, 'budget')}`
  }
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
