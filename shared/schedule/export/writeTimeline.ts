import { writeTrack } from '../children.ts'
import { annealsFrom, type ScheduleEdit } from '../edits.ts'
import type { SchedulePlan } from '../plan.ts'
import { makeTimeline } from '../plannedTimeline.ts'
import type { ScheduleSpec } from '../spec.ts'
import type { Timeline } from '../timeline.ts'
import type { MomentumFunction, Names, Written } from './place.ts'
import { between, float, type PythonFile } from './python.ts'
import { defineMomentum } from './writeTrack.ts'

const finalNames: Names = { rate: 'learning_rate', momentum: 'momentum', check: ['_check_step(step)'] }

/** Writes `learning_rate` and, where the schedule moves it, `momentum`: the planned functions, then one layer per edit. */
export function writeTimeline(
  file: PythonFile,
  spec: ScheduleSpec,
  plan: SchedulePlan,
  edits: readonly ScheduleEdit[],
): Written {
  const horizon = plan.scheduleSteps ?? plan.totalSteps
  const place = { file, context: { horizon, stepsPerEpoch: plan.stepsPerEpoch }, limit: plan.totalSteps }
  if (edits.length === 0) return writeTrack(spec, place, finalNames)
  const planned: Names = {
    rate: file.name('planned_rate'),
    momentum: file.name('planned_momentum'),
    check: [],
  }
  return edits.reduce(
    (written, edit, index) => {
      const before = makeTimeline(spec, plan, edits.slice(0, index))
      const after = makeTimeline(spec, plan, edits.slice(0, index + 1))
      const names = index === edits.length - 1 ? finalNames : layerNames(file)
      return writeAnneal(file, { edit, before, after, written, names })
    },
    writeTrack(spec, place, planned),
  )
}

const layerNames = (file: PythonFile): Names => ({
  rate: file.name('rate_after_edit'),
  momentum: file.name('momentum_after_edit'),
  check: [],
})

interface Layer {
  edit: ScheduleEdit
  before: Timeline
  after: Timeline
  written: Written
  names: Names
}

/** "Anneal now": the schedule as it was, a half cosine from `atStep` on, and what followed the cycle. */
function writeAnneal(file: PythonFile, layer: Layer): Written {
  const { edit, before, after, written, names } = layer
  const { atStep, steps } = edit
  const [from, to] = [annealsFrom(before, edit), atStep + steps - 1]
  const rates = annealLines(layer, written.rate, before.lr(from), after.lr(to))
  const docstring = `Annealed over ${steps} steps from step ${atStep}.`
  file.define(names.rate, 'float', docstring, [...names.check, ...rates])
  if (written.momentum === undefined) return { rate: names.rate }
  const lines = annealLines(layer, written.momentum.name, before.momentum?.(from), after.momentum?.(to))
  const momentum: MomentumFunction = { name: names.momentum, optional: written.momentum.optional }
  return { rate: names.rate, momentum: defineMomentum({ file }, momentum, [...names.check, ...lines]) }
}

function annealLines(
  { edit, before, after }: Layer,
  original: string,
  high: number | undefined,
  low: number | undefined,
): string[] {
  const end = edit.atStep + edit.steps
  const shift = after.removed - before.removed
  const goesOn = after.totalSteps > end
  const call = shift === 0 ? 'step' : shift > 0 ? `step + ${shift}` : `step - ${-shift}`
  const part = `(1 + math.cos(math.pi * (step - ${edit.atStep} + 1) / ${edit.steps})) / 2`
  const during = low === undefined ? 'None' : high === undefined ? float(low) : between(low, high, part)
  return [
    ...(edit.atStep > 0 ? [`if step < ${edit.atStep}:`, `    return ${original}(step)`] : []),
    ...(goesOn
      ? [`if step < ${end}:`, `    return ${during}`, `return ${original}(${call})`]
      : [`return ${during}`]),
  ]
}
