import type { ScheduleSpec } from '../../shared/schedule/index.ts'

/** Said where nobody said how long an epoch is, and the schedule asks for it; else nothing. */
export function epochHint(spec: ScheduleSpec): string {
  return countsEpochs(spec) ? 'An epoch is taken as 1 step: give --steps-per-epoch.\n' : ''
}

/** Whether a rate of the schedule, or of one within it, depends on how long an epoch is. */
function countsEpochs(spec: ScheduleSpec): boolean {
  if ('update' in spec && spec.update === 'epoch') return true
  if ('unit' in spec && spec.unit === 'epoch' && usesUnit(spec)) return true
  switch (spec.kind) {
    case 'plateau':
      return true
    case 'budgeted':
      return spec.granularity === 'epoch'
    case 'formula':
      return /\b(epoch|K)\b/.test(spec.expression)
    case 'warmup':
      return countsEpochs(spec.schedule)
    case 'sequence':
      return spec.pieces.some(({ schedule }) => countsEpochs(schedule))
    case 'chain':
      return (spec.combine === 'recursive' && spec.tick === 'epoch') || spec.factors.some(countsEpochs)
    default:
      return false
  }
}

/** A decay over the whole budget, and a formula without its x, have a unit but no length in it. */
function usesUnit(spec: ScheduleSpec): boolean {
  if (spec.kind === 'formula') return /\bx\b/.test(spec.expression)
  if (spec.kind === 'sequence') return spec.pieces.some(({ length }) => length !== undefined)
  const isDecay = 'endpoint' in spec && 'delay' in spec
  return !isDecay || spec.length !== undefined
}
