import { UserError } from '../../shared/errors.ts'
import type { CalibrationSubject, DeviceTiming } from '../../shared/run/calibration.ts'
import type { KnownDevices } from '../../shared/run/probe.ts'
import type { EngineName } from '../../shared/run/spec.ts'
import { NoAnswer } from '../askProcess.ts'
import { benchInProcess } from '../bench/benchProcess.ts'

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

/** Times steps on one device after another, each in a process of its own. @throws NoAnswer when it was cancelled */
export async function timeDevices(
  { names, ...request }: Calibrating,
  signal: AbortSignal,
): Promise<DeviceTiming[]> {
  const timings: DeviceTiming[] = []
  for (const name of names) timings.push(await timeDevice(name, request, signal))
  return timings
}

async function timeDevice(
  name: EngineName,
  { known, subject, threads }: Omit<Calibrating, 'names'>,
  signal: AbortSignal,
): Promise<DeviceTiming> {
  const request = {
    ...subject,
    steps: mostSteps,
    milliseconds: measuredFor,
    device: name,
    devices: { known },
    ...(threads !== undefined && { threads }),
  }
  try {
    const { device, steps, stepMs } = await benchInProcess(request, { within: patience, signal })
    return { name, device, steps, stepMs: stepMs.median }
  } catch (error) {
    if (error instanceof NoAnswer && error.why === 'cancelled') throw error
    if (error instanceof NoAnswer || error instanceof UserError) return { name, failure: inWords(error) }
    throw error
  }
}

function inWords(error: NoAnswer | UserError): string {
  if (error instanceof UserError) return error.message.replace(/\.$/, '')
  return error.why === 'late'
    ? `a step had not ended after ${patience / 1000} s`
    : `its process failed: ${error.message}`
}
