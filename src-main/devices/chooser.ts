import { UserError } from '../../shared/errors.ts'
import {
  byTime,
  type Calibration,
  type CalibrationSubject,
  type MachineIdentity,
} from '../../shared/run/calibration.ts'
import type { KnownDevices } from '../../shared/run/probe.ts'
import type { EngineName } from '../../shared/run/spec.ts'
import { type Calibrating, measuredFor, timeDevices } from './calibrate.ts'
import { measuringText, unmeasuredText } from './calibrationText.ts'
import { type Asked, type Choice, fromMeasured, isValid, stay } from './choice.ts'
import type { Contenders, Devices } from './index.ts'
import { thisMachine } from './machine.ts'
import { createMeasuring } from './measuring.ts'

/** Where what was measured is kept. */
export interface CalibrationStore {
  get(machine: MachineIdentity, subject: CalibrationSubject): Calibration | undefined
  /** The newest first. */
  list(machine: MachineIdentity): Calibration[]
  put(calibration: Calibration): void
}

interface Looking {
  /** What must be known before these are started; nothing of those that need not be looked for. */
  lookForAll(names: readonly EngineName[]): Promise<KnownDevices>
  /** The same for one that was there before: also why it is there no more. */
  lookAgain(name: EngineName): Promise<KnownDevices>
  contenders(): Promise<Contenders>
}

/** Decides what "auto" takes: what it took before, what was measured to be the fastest, or what there is. */
export function createChooser(
  { lookForAll, lookAgain, contenders }: Looking,
  store: CalibrationStore = keptHere(),
  hostEnds: AbortSignal,
): Pick<Devices, 'choose' | 'calibrate' | 'calibrations'> {
  const measuring = createMeasuring<Calibration>()

  const measure = (what: Calibrating, signal: AbortSignal): Promise<Calibration> => {
    const { names, known, subject, threads } = what
    const machine = thisMachine(names, known, threads)
    const work = async (untilNobodyCares: AbortSignal): Promise<Calibration> => {
      const { timings, isRefused } = await timeDevices(what, AbortSignal.any([untilNobodyCares, hostEnds]))
      const calibration = { machine, subject, timings, measuredAt: Date.now() }
      if (!isRefused) keep(store, calibration)
      return calibration
    }
    return measuring.join(JSON.stringify([machine, subject]), work, signal)
  }

  return {
    async choose({ wanted, subject, ranOn, busy, threads }: Asked): Promise<Choice> {
      const advice = (given: KnownDevices): Choice => ({ type: 'advice', advice: { known: given } })
      if (wanted !== 'auto') return advice(await lookForAll(wanted === 'cuda' ? ['cuda'] : []))
      if (ranOn === 'unknown') return advice(await lookForAll(['cuda']))
      if (ranOn !== undefined) {
        return { type: 'advice', advice: stay(await lookAgain(ranOn), ranOn) }
      }
      const { names, known } = await contenders()
      if (names.length < 2 || subject === undefined) return advice(known)
      const stored = store.get(thisMachine(names, known, threads), subject)
      if (stored !== undefined && isValid(stored, Date.now())) {
        const [measured] = byTime(stored.timings)
        return { type: 'advice', advice: fromMeasured(known, stored), measured }
      }
      if (busy !== undefined) {
        const auto = { order: [...names], reason: unmeasuredText(names, busy), passedBy: {} }
        return { type: 'advice', advice: { known, auto } }
      }
      const what = { names, known, subject, ...(threads !== undefined && { threads }) }
      return {
        type: 'measure',
        words: measuringText(names, measuredFor / 1000),
        measure: async (signal) => fromMeasured(known, await measure(what, signal)),
      }
    },
    async calibrate(subject, signal) {
      const { names, known } = await contenders()
      return measure({ names, known, subject }, signal)
    },
    async calibrations() {
      const { names, known } = await contenders()
      return store.list(thisMachine(names, known))
    },
  }
}

/** A database that is busy or full must not cost the run what it is there for. */
function keep(store: CalibrationStore, calibration: Calibration): void {
  try {
    store.put(calibration)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
  }
}

/** For a host without a database. */
function keptHere(): CalibrationStore {
  const kept = new Map<string, Calibration>()
  const keyOf = (machine: MachineIdentity, subject: CalibrationSubject) => JSON.stringify([machine, subject])
  return {
    get: (machine, subject) => kept.get(keyOf(machine, subject)),
    list: (machine) =>
      [...kept.values()].filter((each) => JSON.stringify(each.machine) === JSON.stringify(machine)),
    put: (calibration) => void kept.set(keyOf(calibration.machine, calibration.subject), calibration),
  }
}
