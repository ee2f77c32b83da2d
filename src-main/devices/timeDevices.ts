import { UserError } from '../../shared/errors.ts'
import type { DeviceTiming, TimingSubject } from '../../shared/run/deviceComparison.ts'
import type { KnownDevices } from '../../shared/run/probe.ts'
import type { EngineName } from '../../shared/run/spec.ts'
import { NoAnswer } from '../process/noAnswer.ts'
import { runJob } from '../process/runJob.ts'

/** The most steps that are measured on each device: those of a small model suffice before its time is over. */
const mostSteps = 300
/** Milliseconds for all that a device does: it starts, compiles, warms up and takes the steps. */
const patience = 30_000

export interface DevicesToTime {
  readonly names: readonly EngineName[]
  readonly known: KnownDevices
  readonly subject: TimingSubject
  /** Milliseconds for which steps are measured on each device. */
  readonly milliseconds: number
  /** Threads of the simd device; as many as the machine has where absent. */
  readonly threads?: number
  /** Variables of the processes that measure, besides those of this one. */
  readonly env?: Readonly<Record<string, string>>
}

export interface Timed {
  readonly timings: readonly DeviceTiming[]
  /** Every device refused the model: then the model is at fault, and not the devices. */
  readonly isRefused: boolean
}

/**
 * Times steps on one device after another, each in a process of its own.
 * @param within milliseconds for each device · @throws NoAnswer when `signal` is aborted
 */
export async function timeDevices(
  { names, known, subject, milliseconds, threads, env = {} }: DevicesToTime,
  signal: AbortSignal,
  within = patience,
): Promise<Timed> {
  const timings: DeviceTiming[] = []
  let refusals = 0
  for (const name of names) {
    const request = {
      ...subject,
      steps: mostSteps,
      milliseconds,
      device: name,
      devices: { known },
      ...(threads !== undefined && { threads }),
    }
    try {
      const { device, steps, stepMs } = await runJob('bench', request, { within, signal, env })
      timings.push({ name, device, steps, stepMs: stepMs.median })
    } catch (error) {
      if (error instanceof UserError) refusals++
      timings.push({ name, failure: inWords(error, within) })
    }
  }
  return { timings, isRefused: refusals === names.length }
}

/** Why a device could not be measured. @throws the error itself where it says nothing about the device */
function inWords(error: unknown, within: number): string {
  if (error instanceof UserError) return error.message.replace(/\.$/, '')
  if (!(error instanceof NoAnswer) || error.why === 'cancelled') throw error
  if (error.why === 'late') return `its first steps had not ended after ${within / 1000} s`
  return `its process failed: ${error.message}`
}
