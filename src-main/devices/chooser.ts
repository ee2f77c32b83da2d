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
import { type DevicesToTime, measuredFor, timeDevices } from './timeDevices.ts'
import { absentText, measuringText, unmeasuredText, waitingText } from './timingText.ts'

interface Looking {
  /** What must be known before these are started; nothing of those that need not be looked for. */
  lookForAll(names: readonly EngineName[]): Promise<KnownDevices>
  /** The same for one that was there before: also why it is there no more. */
  lookAgain(name: EngineName): Promise<KnownDevices>
  contenders(): Promise<Contenders>
  /** Without those that take too long for a run that waits. */
  contendersInTime(): Promise<Contenders>
}

interface Measurable extends DevicesToTime {
  readonly machine: MachineIdentity
}

const keyOf = ({ machine, subject }: Measurable): string => JSON.stringify([machine, subject])

type Known = Extract<Choice, { type: 'advice' }>

/** Decides what "auto" takes: what it took before, what was measured to be the fastest, or what there is. */
export function createChooser(
  { lookForAll, lookAgain, contenders, contendersInTime }: Looking,
  store: ComparisonStore = keptHere(),
  neighbours: Neighbours,
  hostEnds: AbortSignal,
): Pick<Devices, 'choose' | 'compare' | 'comparisons'> {
  const measuring = createMeasuring<FreshComparison | undefined>()

  /** @returns undefined when a run trains by the time it is its turn */
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
      const { timings, isRefused } = await timeDevices(what, end)
      const comparison = { machine, subject, timings, measuredAt: Date.now() }
      const disturbedBy = before ?? trainedMeanwhile() ?? neighbours.measuringElsewhere(run)
      if (disturbedBy !== undefined) return { ...comparison, disturbedBy }
      if (!isRefused) keep(store, comparison)
      return comparison
    }
    return measuring.join(keyOf(what), work, signal)
  }

  /** What is known without measuring, or what has to be measured. */
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

  /** A run that is not measured for would disturb what is measured for another one. */
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
        // What is known by then may say something else.
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
