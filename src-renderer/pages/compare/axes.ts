import type { EpochInfo, RunSummary } from '../../../shared/api/runs.ts'
import { percent } from '../../format/format.ts'
import { epochMap, secondsPerStep, stepMap, timeMap, type XMap } from '../run/xMap.ts'

/* The axes that several runs can share, each run by its own map from steps. */

export const compareAxes = ['step', 'epoch', 'time', 'part'] as const
export type CompareAxis = (typeof compareAxes)[number]

export const axisNames: Readonly<Record<CompareAxis, string>> = {
  step: 'Step',
  epoch: 'Epoch',
  time: 'Time',
  part: 'Part of plan',
}

/** The part of its plan that is done after each step, in 0..1. */
function partMap(totalSteps: number): XMap {
  const total = Math.max(1, totalSteps)
  return {
    label: 'part of the plan',
    toX: (step) => (step + 1) / total,
    toStep: (x) => Math.round(x * total) - 1,
    format: (x) => percent(x, 0),
  }
}

export function mapOf(axis: CompareAxis, run: RunSummary, epochs: readonly EpochInfo[]): XMap {
  switch (axis) {
    case 'step':
      return stepMap
    case 'epoch':
      return epochMap(run.planned.plan.stepsPerEpoch)
    case 'time':
      return timeMap(epochs, secondsPerStep(run, epochs, null) ?? 0)
    case 'part':
      return partMap(run.totalSteps)
  }
}

/** The steps of a run between two places of the axis, both included; undefined where it has none there. */
export function stepsBetween(
  map: XMap,
  [from, to]: readonly [number, number],
  totalSteps: number,
): { readonly fromStep: number; readonly toStep: number } | undefined {
  const first = Math.max(0, map.toStep(from) - 1)
  const last = Math.min(totalSteps - 1, map.toStep(to) + 1)
  return first <= last ? { fromStep: first, toStep: last } : undefined
}
