import { byTime, type MachineIdentity } from '../../shared/run/deviceComparison.ts'
import type { DeviceAdvice, KnownDevices } from '../../shared/run/probe.ts'
import type { EngineName } from '../../shared/run/spec.ts'
import {
  type Asked,
  type Choice,
  type FreshComparison,
  fromMeasured,
  isValid,
  type Say,
  stay,
} from './choice.ts'
import { type ComparisonStore, keep, keptHere } from './comparisonStore.ts'
import type { Contenders, Devices } from './devices.ts'
import { thisMachine } from './machine.ts'
import { createMeasuring } from './measuring.ts'
import { type Neighbours, nobodyElsewhere, refuseWhileUsed } from './neighbours.ts'
import { type DevicesToTime, timeDevices } from './timeDevices.ts'
import { absentText, measuringText, unmeasuredText, waitingText } from './timingText.ts'

/*
 * How "auto" becomes a device:
 *
 *   has the run trained before? ── yes ─► its device
 *   is there only one contender? ─ yes ─► that one
 *   is a comparison stored? ────── yes ─► the fastest
 *   does another run train? ────── yes ─► the usual first, not measured: the two would slow each other down
 *   otherwise ─────────────────────────► measure the contenders, one model at a time
 */

/** How devices are looked for. */
interface Looking {
  /** Looks for those devices that need a look (their driver may crash), and says nothing of the others. */
  lookForAll(names: readonly EngineName[]): Promise<KnownDevices>
  /** Looks for a device that a run had before. Where it is gone, the answer says why. */
  lookAgain(name: EngineName): Promise<KnownDevices>
  contenders(): Promise<Contenders>
  /** The contenders whose drivers start before a run has lost patience. */
  contendersInTime(): Promise<Contenders>
}

interface Measurable extends Omit<DevicesToTime, 'milliseconds' | 'env'> {
  readonly machine: MachineIdentity
}

const keyOf = ({ machine, subject }: Measurable): string => JSON.stringify([machine, subject])

type Known = Extract<Choice, { type: 'advice' }>

/** How devices are measured; see DevicesOptions. */
interface MeasuringOptions {
  readonly measuredFor: number
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** @param hostEnds aborted when the host closes: all measuring ends with it */
export function createChooser(
  { lookForAll, lookAgain, contenders, contendersInTime }: Looking,
  store: ComparisonStore = keptHere(),
  neighbours: Neighbours,
  hostEnds: AbortSignal,
  { measuredFor, env = {} }: MeasuringOptions,
): Pick<Devices, 'choose' | 'compare' | 'comparisons'> {
  const measuring = createMeasuring<FreshComparison | undefined>()

  /** Measures the contenders, after all that is measured before. @returns undefined when a run trains by then */
  const measure = (
    what: Measurable,
    { run, say }: { readonly run?: string | undefined; readonly say: Say },
    signal: AbortSignal,
  ): Promise<FreshComparison | undefined> => {
    const { names, machine, subject } = what
    const work = async (untilNobodyCares: AbortSignal): Promise<FreshComparison | undefined> => {
      const end = AbortSignal.any([untilNobodyCares, hostEnds])
      await nobodyElsewhere(neighbours, run, end)
      if (neighbours.training(run) !== undefined) return undefined
      const before = neighbours.measuringElsewhere()
      say(measuringText(names, measuredFor / 1000))
      const trainedMeanwhile = neighbours.watch(run)
      const { timings, isRefused } = await timeDevices({ ...what, milliseconds: measuredFor, env }, end)
      const comparison = { machine, subject, timings, measuredAt: Date.now() }
      const disturbedBy = before ?? trainedMeanwhile() ?? neighbours.measuringElsewhere(run)
      if (disturbedBy !== undefined) return { ...comparison, disturbedBy }
      if (!isRefused) keep(store, comparison)
      return comparison
    }
    return measuring.join(keyOf(what), work, signal)
  }

  /** The advice, where it is known without measuring; otherwise what has to be measured. */
  const decide = async ({ wanted, subject, ranOn, run, threads }: Asked): Promise<Known | Measurable> => {
    const advice = (known: KnownDevices): Known => ({ type: 'advice', advice: { known } })
    if (wanted !== 'auto') return advice(await lookForAll(wanted === 'cuda' ? ['cuda'] : []))
    if (ranOn === 'unknown') return advice(await lookForAll(['cuda']))
    if (ranOn !== undefined) return { type: 'advice', advice: stay(await lookAgain(ranOn), ranOn) }
    const { names, known } = await contendersInTime()
    if (names.length < 2 || subject === undefined) return advice(known)
    const machine = await thisMachine(names, known, threads)
    const stored = store.get(machine, subject)
    if (stored !== undefined && isValid(stored, Date.now())) {
      const [measured] = byTime(stored.timings)
      return { type: 'advice', advice: fromMeasured(known, stored), measured }
    }
    const training = neighbours.training(run)
    if (training !== undefined) {
      const why = unmeasuredText(names, `run ${training} trains now and would disturb it`)
      const reason = [why, ...absentText(known)].join('; ')
      return { type: 'advice', advice: { known, auto: { order: [...names], reason, passedBy: {} } } }
    }
    return { names, known, machine, subject, ...(threads !== undefined && { threads }) }
  }

  /** Whether a run must wait with its training: it would disturb what is measured for another run. */
  const waitsFor = ({ run, wanted }: Asked, what?: Measurable): boolean =>
    run !== undefined &&
    wanted === 'auto' &&
    (measuring.isUnderWay(what && keyOf(what)) || neighbours.measuringElsewhere(run) !== undefined)

  const settle = async (asked: Asked, signal: AbortSignal, say: Say): Promise<DeviceAdvice> => {
    let hasWaited = false
    while (true) {
      const decided = await decide(asked)
      if ('advice' in decided) {
        if (hasWaited || !waitsFor(asked)) return decided.advice
        await measuring.idle(signal)
        await nobodyElsewhere(neighbours, asked.run, signal)
        // What was measured meanwhile may decide otherwise.
        hasWaited = true
        continue
      }
      const comparison = await measure(decided, { run: asked.run, say }, signal)
      if (comparison !== undefined) return fromMeasured(decided.known, comparison)
    }
  }

  return {
    async choose(asked) {
      const decided = await decide(asked)
      const isKnown = 'advice' in decided
      const waits = waitsFor(asked, isKnown ? undefined : decided)
      if (isKnown && !waits) return decided
      const words = waits ? waitingText : measuringText(isKnown ? [] : decided.names, measuredFor / 1000)
      return {
        type: 'measure',
        words,
        measure: (signal, say = () => undefined) => settle(asked, signal, say),
      }
    },
    async compare(subject, signal, say = () => undefined) {
      const { names, known } = await contenders()
      const machine = await thisMachine(names, known)
      while (true) {
        refuseWhileUsed(neighbours)
        const comparison = await measure({ names, known, machine, subject }, { say }, signal)
        if (comparison !== undefined) return comparison
      }
    },
    async comparisons() {
      const { names, known } = await contenders()
      return store.list(await thisMachine(names, known))
    },
  }
}
