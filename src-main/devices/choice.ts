import {
  byTime,
  type DeviceComparison,
  failures,
  type MeasuredDevice,
  type TimingSubject,
} from '../../shared/run/deviceComparison.ts'
import type { DeviceAdvice, KnownDevices } from '../../shared/run/probe.ts'
import type { DeviceName, EngineName } from '../../shared/run/spec.ts'
import { absentText, disturbedText, whyFastest } from './timingText.ts'

/** A question for a device, for a run or for a process like one. */
export interface Asked {
  readonly wanted: DeviceName
  /** The model that is to be trained. Without it no device is measured. */
  readonly subject?: TimingSubject
  /** The device that the run has trained on before, and keeps; "unknown" where an older version trained it and did not say. */
  readonly ranOn?: EngineName | 'unknown' | undefined
  /** The id of the run. A run waits while devices are measured for another run. */
  readonly run?: string | undefined
  /** Threads of the simd device; as many as the machine has where absent. */
  readonly threads?: number | undefined
}

/** The device that a stored run must keep; undefined for a run that has not begun. */
export const ranOn = (run: {
  readonly deviceName: EngineName | null
  readonly device: string | null
}): Asked['ranOn'] => run.deviceName ?? (run.device === null ? undefined : 'unknown')

/** Is told what is being done, whenever that changes, in words a user reads. */
export type Say = (words: string) => void

export type Choice =
  | {
      readonly type: 'advice'
      readonly advice: DeviceAdvice
      /** The stored time of the chosen device, where there is one. */
      readonly measured?: MeasuredDevice | undefined
    }
  | {
      readonly type: 'measure'
      /** What is done before the device is known, in words a user reads. */
      readonly words: string
      /** Measures the devices, or waits until another run's devices are measured. @throws NoAnswer when `signal` is aborted */
      measure(signal: AbortSignal, say?: Say): Promise<DeviceAdvice>
    }

/** A comparison made just now. Where a run used the machine meanwhile, its times are wrong: it is used once, and not stored. */
export interface FreshComparison extends DeviceComparison {
  readonly disturbedBy?: string
}

/** Milliseconds for which a failure of a device counts. Later its driver may work again, or its memory may be free. */
const failuresKept = 24 * 60 * 60 * 1000

/** Whether a stored comparison still counts. */
export const isValid = ({ timings, measuredAt }: DeviceComparison, now: number): boolean =>
  timings.every((timing) => 'stepMs' in timing) || now - measuredAt < failuresKept

/** Keeps a run on its device: another one adds numbers in another order, so that the run would not go on with the same bits. */
export const stay = (known: KnownDevices, name: EngineName): DeviceAdvice => ({
  known,
  auto: { order: [name], reason: 'the device that this run has trained on before', passedBy: {} },
})

/** The advice that follows from a comparison. Where no device could be measured, the usual order of devices stands. */
export function fromMeasured(
  known: KnownDevices,
  comparison: Pick<FreshComparison, 'timings' | 'subject' | 'disturbedBy'>,
): DeviceAdvice {
  const order = byTime(comparison.timings).map(({ name }) => name)
  if (order.length === 0) return { known }
  const passedBy = failures(comparison.timings)
  const { disturbedBy } = comparison
  const notes = disturbedBy === undefined ? [] : [disturbedText(disturbedBy)]
  return {
    known,
    auto: { order, reason: [whyFastest(comparison), ...notes, ...absentText(known)].join('; '), passedBy },
  }
}
