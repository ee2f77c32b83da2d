import { UserError } from '../../shared/errors.ts'
import type { CalibrationSubject, DeviceTiming } from '../../shared/run/calibration.ts'
import type { KnownDevices } from '../../shared/run/probe.ts'
import type { EngineName } from '../../shared/run/spec.ts'
import { NoAnswer } from '../process/noAnswer.ts'
import { runJob } from '../process/runJob.ts'

/** Milliseconds of steps measured on each device, and steps at most: a small model is known sooner. */
export const measuredFor = 2000
const mostSteps = 300
/** Milliseconds for all that a device does: start, compile, warm up and take the steps. */
const patience = 30_000

export interface Calibrating {
  readonly names: readonly EngineName[]
  readonly known: KnownDevices
  readonly subject: CalibrationSubject
  /** Of the simd device, where not as many as there are. */
  readonly threads?: number
}

export interface Timed {
  readonly timings: readonly DeviceTiming[]
  /** Every device refused with a sentence of its own: the model is at fault, and none of them. */
  readonly isRefused: boolean
}

/**
 * Times steps on one device after another, each in a process of its own.
 * @param within milliseconds for each · @throws NoAnswer when it was cancelled
 */
export async function timeDevices(
  { names, known, subject, threads }: Calibrating,
  signal: AbortSignal,
  within = patience,
): Promise<Timed> {
  const timings: DeviceTiming[] = []
  let refusals = 0
  for (const name of names) {
    const request = {
      ...subject,
      steps: mostSteps,
      milliseconds: measuredFor,
      device: name,
      devices: { known },
      ...(threads !== undefined && { threads }),
    }
    try {
      const { device, steps, stepMs } = await runJob('bench', request, { within, signal })
      timings.push({ name, device, steps, stepMs: stepMs.median })
    } catch (error) {
      if (error instanceof UserError) refusals++
      timings.push({ name, failure: inWords(error, within) })
    }
  }
  return { timings, isRefused: refusals === names.length }
}

/** @throws the error itself where it tells nothing of the device */
function inWords(error: unknown, within: number): string {
  if (error instanceof UserError) return error.message.replace(/\.$/, '')
  if (!(error instanceof NoAnswer) || error.why === 'cancelled') throw error
  if (error.why === 'late') return `its first steps had not ended after ${within / 1000} s`
  return `its process failed: ${error.message}`
}
