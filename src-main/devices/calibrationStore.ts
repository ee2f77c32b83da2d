import { UserError } from '../../shared/errors.ts'
import type { Calibration, CalibrationSubject, MachineIdentity } from '../../shared/run/calibration.ts'

/** Where what was measured is kept. */
export interface CalibrationStore {
  get(machine: MachineIdentity, subject: CalibrationSubject): Calibration | undefined
  /** The newest first. */
  list(machine: MachineIdentity): Calibration[]
  put(calibration: Calibration): void
}

/** A database that is busy or full must not cost the run what it is there for. */
export function keep(store: CalibrationStore, calibration: Calibration): void {
  try {
    store.put(calibration)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
  }
}

/** For a host without a database. */
export function keptHere(): CalibrationStore {
  const kept = new Map<string, Calibration>()
  const keyOf = (machine: MachineIdentity, subject: CalibrationSubject) => JSON.stringify([machine, subject])
  return {
    get: (machine, subject) => kept.get(keyOf(machine, subject)),
    list: (machine) =>
      [...kept.values()].filter((each) => JSON.stringify(each.machine) === JSON.stringify(machine)),
    put: (calibration) => void kept.set(keyOf(calibration.machine, calibration.subject), calibration),
  }
}
