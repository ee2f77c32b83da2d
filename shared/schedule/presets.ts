import { show, UserError } from '../errors.ts'
import type { FamilyPreset } from './family.ts'
import { parseSchedule, type ScheduleSpec, scheduleFamilies } from './spec.ts'

/** A schedule to start from, as published. Rates are the source's, for its network: find your own with a range test. */
export interface Preset extends FamilyPreset {
  readonly spec: ScheduleSpec
}

/** Every preset, family by family. */
export const presets: readonly Preset[] = scheduleFamilies.flatMap((family) =>
  family.presets.map((preset) => ({
    ...preset,
    spec: parseSchedule({ kind: family.kind, ...preset.spec }),
  })),
)

/** @throws UserError naming the presets there are */
export function findPreset(id: string): Preset {
  const preset = presets.find((candidate) => candidate.id === id)
  if (preset !== undefined) return preset
  throw new UserError(
    `While looking up a schedule preset: there is no preset ${show(id)}; choose one of ${presets.map((p) => p.id).join(', ')}.`,
  )
}
