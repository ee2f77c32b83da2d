import { type ProbeReply, type ProbeRequest, probeReply } from '../../shared/run/probe.ts'
import { askProcess, NoAnswer } from '../askProcess.ts'

/** Longer than any driver takes to start. */
const patience = 60_000

/** Looks in a process of its own: the host never loads tfjs, and a driver may crash while it starts. */
export async function probeInProcess(request: ProbeRequest): Promise<ProbeReply> {
  try {
    return await askProcess('engine/probeEntry.ts', request, probeReply, { within: patience })
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    return { available: false, rank: -1, reason: `it did not start: ${error.message}` }
  }
}
