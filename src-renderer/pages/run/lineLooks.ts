import { isActive } from '../../../shared/run/state.ts'
import type { LegendEntry } from '../../charts/PageLegend.tsx'
import { seriesColor } from '../../charts/palette.ts'
import type { Scene } from './useScene.ts'

/* How the lines of a run look: the same in every chart, and in the legend that stands once for all of them. */

export const trainLook = { id: 'train', label: 'training', color: seriesColor(0) } as const
export const validationLook = {
  id: 'validation',
  label: 'validation',
  color: seriesColor(1),
  dash: '7 3',
  marked: true,
} as const
export const testLook = {
  id: 'test',
  label: 'test',
  color: seriesColor(2),
  dash: '2 3',
  marked: true,
} as const
export const plannedLook = {
  id: 'planned',
  label: 'planned',
  color: 'var(--mantine-color-dimmed)',
  dash: '4 4',
} as const

/** Of the lines there are, or will be. */
export function legendOf({ run, evaluations }: Scene): readonly LegendEntry[] {
  const isTested = evaluations.some(({ testAccuracy }) => testAccuracy !== null)
  const isPlanned = run.stepsDone < run.totalSteps && (isActive(run.status) || run.stepsDone > 0)
  return [
    trainLook,
    ...(run.spec.dataset.validation > 0 ? [validationLook] : []),
    ...(isTested ? [testLook] : []),
    ...(isPlanned ? [plannedLook] : []),
  ]
}
