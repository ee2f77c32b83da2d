import {
  byTime,
  type DeviceComparison,
  type DeviceTiming,
  failures,
} from '../../shared/run/deviceComparison.ts'
import { subjectText } from '../../shared/run/modelText.ts'
import type { KnownDevices } from '../../shared/run/probe.ts'
import type { EngineName } from '../../shared/run/spec.ts'

/* What was measured, in the words in which users read it. */

/** "217 ms", "12.1 ms", "0.43 ms". */
export function milliseconds(time: number): string {
  return `${time >= 100 ? time.toFixed(0) : time >= 1 ? time.toFixed(1) : time.toFixed(2)} ms`
}

/** "webgpu 12.1 ms a step, simd 217 ms"; the fastest first. */
export function timesText(timings: readonly DeviceTiming[]): string {
  return byTime(timings)
    .map(({ name, stepMs }, i) => `${name} ${milliseconds(stepMs)}${i === 0 ? ' a step' : ''}`)
    .join(', ')
}

/** "webgpu 12.1 ms a step, simd 217 ms (measured on this machine for ResNet-20, 32×32×3, batch 128)". */
function measuredText({ timings, subject }: Pick<DeviceComparison, 'timings' | 'subject'>): string {
  return `${timesText(timings)} (measured on this machine for ${subjectText(subject)})`
}

/** Why "auto" takes the first of them. */
export function whyFastest(comparison: Pick<DeviceComparison, 'timings' | 'subject'>): string {
  const rivals = byTime(comparison.timings).length > 1 ? 'the fastest' : 'the only one that could be measured'
  return [`${rivals}: ${measuredText(comparison)}`, ...failuresText(comparison.timings)].join('; ')
}

/** "cuda could not be measured (its process failed: …)", for each that could not. */
export function failuresText(timings: readonly DeviceTiming[]): string[] {
  return Object.entries(failures(timings)).map(([name, why]) => `${name} could not be measured (${why})`)
}

/** "cuda is not available (…)", for each that was looked for in vain. */
export const absentText = (known: KnownDevices): string[] =>
  Object.entries(known).flatMap(([name, { available, reason }]) =>
    available ? [] : [`${name} is not available (${reason})`],
  )

/** What a run does meanwhile. */
export function measuringText(names: readonly EngineName[], seconds: number): string {
  const [only] = names
  if (names.length === 1) return `Measuring ${only}, at most about ${seconds} s`
  return `Measuring devices: ${listed(names)}, at most about ${seconds} s each`
}

/** What a run does that must not disturb what is measured for another one. */
export const waitingText = 'Waiting until devices have been measured for another run'

export const disturbedText = (run: string): string =>
  `run ${run} used the machine meanwhile, so that the figures are not kept`

/** Why the first of several that nobody has measured. */
export function unmeasuredText(names: readonly EngineName[], why: string): string {
  return `the usual first of ${listed(names)}, which have not been measured for this model (${why})`
}

/** "cuda, webgpu and simd". */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
