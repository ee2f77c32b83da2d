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

/** Who asks what to train on. */
export interface Asked {
  readonly wanted: DeviceName
  /** What is to be trained; where absent, nothing is measured for it. */
  readonly subject?: TimingSubject
  /** The device it has trained on before, where it stays; "unknown": on one from before devices were measured. */
  readonly ranOn?: EngineName | 'unknown' | undefined
  /** The run that asks: it waits while devices are measured for another one. */
  readonly run?: string | undefined
  /** Of the simd device, where not as many as there are. */
  readonly threads?: number | undefined
}

/** Where a run that has begun stays; undefined for one that has not. */
export const ranOn = (run: {
  readonly deviceName: EngineName | null
  readonly device: string | null
}): Asked['ranOn'] => run.deviceName ?? (run.device === null ? undefined : 'unknown')

/** Told what is being done when that changes. */
export type Say = (words: string) => void

export type Choice =
  | {
      readonly type: 'advice'
      readonly advice: DeviceAdvice
      /** What was measured of the device that comes first, where it was. */
      readonly measured?: MeasuredDevice | undefined
    }
  | {
      readonly type: 'measure'
      /** What is being done meanwhile, in words a user reads. */
      readonly words: string
      /** Measures, or only waits for what is being measured. @throws NoAnswer when `signal` says so */
      measure(signal: AbortSignal, say?: Say): Promise<DeviceAdvice>
    }

/** What was measured, and the run that disturbed it: then it is not kept. */
export interface FreshComparison extends DeviceComparison {
  readonly disturbedBy?: string
}

/** Milliseconds for which a device that could not be measured is passed by: a driver or its memory may be back. */
const failuresKept = 24 * 60 * 60 * 1000

/** Whether what was measured says it still. */
export const isValid = ({ timings, measuredAt }: DeviceComparison, now: number): boolean =>
  timings.every((timing) => 'stepMs' in timing) || now - measuredAt < failuresKept

/** It stays where it is: other devices add in other orders, and would not go on with the same bits. */
export const stay = (known: KnownDevices, name: EngineName): DeviceAdvice => ({
  known,
  auto: { order: [name], reason: 'the device that this run has trained on before', passedBy: {} },
})

/** Where nothing could be measured the usual order stands, and the run says what is wrong. */
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
