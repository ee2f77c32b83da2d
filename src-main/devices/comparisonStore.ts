import { UserError } from '../../shared/errors.ts'
import type { DeviceComparison, MachineIdentity, TimingSubject } from '../../shared/run/deviceComparison.ts'

/** Where comparisons are kept. */
export interface ComparisonStore {
  get(machine: MachineIdentity, subject: TimingSubject): DeviceComparison | undefined
  /** The newest first. */
  list(machine: MachineIdentity): DeviceComparison[]
  put(comparison: DeviceComparison): void
}

/** Stores a comparison if the database takes it: a busy or full database must not keep the run from training. */
export function keep(store: ComparisonStore, comparison: DeviceComparison): void {
  try {
    store.put(comparison)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
  }
}

/** For a command without a database: comparisons are kept as long as it runs. */
export function keptHere(): ComparisonStore {
  const kept = new Map<string, DeviceComparison>()
  const keyOf = (machine: MachineIdentity, subject: TimingSubject) => JSON.stringify([machine, subject])
  return {
    get: (machine, subject) => kept.get(keyOf(machine, subject)),
    list: (machine) =>
      [...kept.values()].filter((each) => JSON.stringify(each.machine) === JSON.stringify(machine)),
    put: (comparison) => void kept.set(keyOf(comparison.machine, comparison.subject), comparison),
  }
}
