import { type ProbeReply, type ProbeRequest, probeReply } from '../../shared/run/probe.ts'
import { askProcess, NoAnswer } from '../askProcess.ts'
import { sourcesFolder } from '../plainNode.ts'
import { cudaNeeds, whyCudaIsAbsent } from './cudaPackage.ts'
import { noGpuMemory } from './noGpuMemory.ts'
import { readTensorflowLog, type TensorflowLog } from './tensorflowLog.ts'

/** Longer than any driver takes to start. */
const patience = 60_000
const noRank = -1

/** Looks in a process of its own: the host never loads tfjs, and a driver may crash while it starts. */
export async function probe(device: ProbeRequest['device'], signal: AbortSignal): Promise<ProbeReply> {
  return device === 'cuda' ? probeCuda(signal) : ask({ device }, signal)
}

async function ask(
  request: ProbeRequest,
  signal: AbortSignal,
  onErrorOutput?: (text: string) => void,
  explain = ({ message }: NoAnswer): ProbeReply => absent(`it did not start: ${message}`),
): Promise<ProbeReply> {
  try {
    return await askProcess('engine/probeEntry.ts', request, probeReply, {
      within: patience,
      signal,
      ...(onErrorOutput && { onErrorOutput }),
    })
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    return explain(error)
  }
}

const absent = (reason: string): ProbeReply => ({ available: false, rank: noRank, reason })

export const cudaIsAbsent = (): string | undefined => whyCudaIsAbsent(sourcesFolder())

/** Where the package is not installed this costs a look at the disk and no process. */
async function probeCuda(signal: AbortSignal): Promise<ProbeReply> {
  const absence = cudaIsAbsent()
  if (absence !== undefined) return absent(absence)
  let output = ''
  const listen = (text: string): void => {
    output = text
  }
  const reply = await ask({ device: 'cuda' }, signal, listen, (error) =>
    cudaWithoutAnswer(error, readTensorflowLog(output)),
  )
  const log = readTensorflowLog(output)
  if (!reply.available) return log.isOutOfMemory ? absent(noGpuMemory) : reply
  if (reply.rank === noRank) return { ...reply, reason: `${log.whyNoGpu}; ${reply.reason}` }
  return log.gpu === undefined ? reply : { ...reply, device: `${log.gpu}, CUDA` }
}

function cudaWithoutAnswer({ why, message }: NoAnswer, { gpu, isOutOfMemory }: TensorflowLog): ProbeReply {
  if (isOutOfMemory) return absent(noGpuMemory)
  if (why === 'late' && gpu !== undefined) {
    const reason = `its first operation took more than ${patience / 1000} s, as on GPUs newer than CUDA 11.2, whose kernels are compiled at first use; "auto" does not take it: name cuda in a run, which then waits`
    return { available: true, rank: noRank, device: `${gpu}, CUDA`, reason }
  }
  if (why === 'died') {
    return absent(
      `TensorFlow crashed as it started (${message}): check the NVIDIA driver, ${cudaNeeds}, which are the versions it was built for`,
    )
  }
  return absent(`TensorFlow did not start (${message}): check the NVIDIA driver, ${cudaNeeds}`)
}
