import type { Names, Place, Written } from './export/place.ts'
import { defineTrack } from './export/writeTrack.ts'
import type { Children } from './family.ts'
import { showRate } from './fields.ts'
import { momentumReadsBudget, withMomentum } from './momentum.ts'
import { familyOf, type ScheduleSpec } from './spec.ts'
import type { Context, Track } from './track.ts'
import { unmovedRate } from './unmoved.ts'

/*
 * From a spec to what its family makes of it. Composed families come back here for the schedules inside of them.
 */

const children: Children<ScheduleSpec> = {
  compile: compileTrack,
  write: (spec, place) => writeTrack(spec, place),
  label: scheduleLabel,
  summary: summarizeTrack,
  handles: (spec, place) => familyOf(spec).handles(spec, place, children),
  readsBudget: (spec) => momentumReadsBudget(spec.momentum) || familyOf(spec).readsBudget(spec, children),
}

export const { handles: trackHandles, readsBudget } = children

/** The rate and momentum of `spec`, as pure functions of the step. */
export function compileTrack(spec: ScheduleSpec, context: Context): Track {
  return withMomentum(familyOf(spec).compile(spec, context, children), spec.momentum, context)
}

/** A schedule in a phrase, for the summary of a run of `steps` steps. */
export function summarizeTrack(spec: ScheduleSpec, context: Context, steps: number): string {
  const text = familyOf(spec).summary(spec, context, steps, children)
  const update = 'update' in spec && spec.kind !== 'warmup' ? spec.update : undefined
  if (update === undefined) return text
  const rate = unmovedRate(update, compileTrack(spec, context), context, steps)
  if (rate === undefined) return text
  return `constant rate ${showRate(rate)} (${text}, but the rate is computed anew only where that gives the same)`
}

/** A schedule in a word or two, for tables and headers: "SGDR 10×2", "1cycle", "warm-up 5 + Cosine". */
export function scheduleLabel(spec: ScheduleSpec): string {
  return familyOf(spec).label(spec, children)
}

/** The highest planned rate, where it stands in the spec and need not be compiled. */
export const writtenPeak = (spec: ScheduleSpec): number | undefined => familyOf(spec).peak?.of(spec)

/** Writes `spec` as a Python function of the step, and one for its momentum if it moves it. */
export function writeTrack(spec: ScheduleSpec, place: Place, names?: Names): Written {
  return defineTrack(
    {
      kind: spec.kind,
      code: familyOf(spec).write(spec, place, children),
      track: compileTrack(spec, place.context),
      summary: children.summary(spec, place.context, place.limit),
      momentum: spec.momentum,
    },
    place,
    names,
  )
}
