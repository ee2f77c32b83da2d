import { UserError } from '../../shared/errors.ts'
import type { ProbeReply, ProbeRequest } from '../../shared/run/probe.ts'
import { NoAnswer } from '../process/noAnswer.ts'
import { runJob } from '../process/runJob.ts'
import { cudaAnswered, cudaDidNotAnswer } from './cudaFinding.ts'
import { cudaNeeds } from './cudaPackage.ts'
import { cudaIsAbsent, prepareTensorflow, tensorflowInUse } from './tensorflow/index.ts'
import { readTensorflowLog } from './tensorflowLog.ts'

/** Longer than any driver takes to start. */
const patience = 60_000

/** Looks in a process of its own: the host never loads tfjs, and a driver may crash while it starts. @param givesWay, env see Patience */
export async function probe(
  device: ProbeRequest['device'],
  signal: AbortSignal,
  givesWay: boolean,
  env: Readonly<Record<string, string>> = {},
): Promise<ProbeReply> {
  const isCuda = device === 'cuda'
  const absence = isCuda ? cudaIsAbsent() : undefined
  if (absence !== undefined) return { available: false, rank: -1, reason: absence }
  let output = ''
  const onErrorOutput = (text: string): void => {
    output = text
  }
  try {
    if (isCuda) await prepareTensorflow()
    const how = { within: patience, signal, givesWay, onErrorOutput, env }
    const reply = await runJob('probe', { device }, how)
    return isCuda ? cudaAnswered(reply, readTensorflowLog(output, needs())) : reply
  } catch (error) {
    if (error instanceof UserError) return { available: false, rank: -1, reason: error.message }
    if (!(error instanceof NoAnswer)) throw error
    if (isCuda) return cudaDidNotAnswer(error, readTensorflowLog(output, needs()))
    return { available: false, rank: -1, reason: `it did not start: ${error.message}` }
  }
}

const needs = () => cudaNeeds(tensorflowInUse() !== undefined)
