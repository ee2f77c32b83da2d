import type { RunSummary } from '../../../shared/api/runs.ts'
import { isActive } from '../../../shared/run/state.ts'
import type { ChartMark } from '../../charts/types.ts'
import type { Scene } from './useScene.ts'
import type { XMap } from './xMap.ts'

/** What all charts of a run along its steps have in common; their lines are named by the page's legend. */
export const inScene = ({ axis, bands, group, onZoom, placeWords }: Scene) =>
  ({ x: axis, bands, group, onZoom, placeWords, legend: 'values' }) as const

/** How far the run is, while it goes on. */
export function nowMark({ status, stepsDone }: RunSummary, map: XMap): ChartMark[] {
  if (!isActive(status) || stepsDone === 0) return []
  return [{ x: map.toX(stepsDone - 1), y: 0, label: 'now', kind: 'now' }]
}
