import { UserError } from '../../shared/errors.ts'
import type { DeviceComparison, MachineIdentity, TimingSubject } from '../../shared/run/deviceComparison.ts'

/** Where what was measured is kept. */
export interface ComparisonStore {
  get(machine: MachineIdentity, subject: TimingSubject): DeviceComparison | undefined
  /** The newest first. */
  list(machine: MachineIdentity): DeviceComparison[]
  put(comparison: DeviceComparison): void
}

/** A database that is busy or full must not cost the run what it is there for. */
export function keep(store: ComparisonStore, comparison: DeviceComparison): void {
  try {
    store.put(comparison)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
  }
}

/** For a host without a database. */
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
