import type { ProbeReply } from '../../shared/run/probe.ts'
import type { NoAnswer } from '../process/noAnswer.ts'
import { noGpuMemory } from './noGpuMemory.ts'
import type { TensorflowLog } from './tensorflowLog.ts'

/* What the process that started TensorFlow and the log that it left say together. */

export function cudaAnswered(reply: ProbeReply, { gpu, isOutOfMemory, whyNoGpu }: TensorflowLog): ProbeReply {
  if (!reply.available) return isOutOfMemory ? { ...reply, reason: noGpuMemory } : reply
  if (reply.rank < 0) return { ...reply, reason: `${whyNoGpu}; ${reply.reason}` }
  return gpu === undefined ? reply : { ...reply, device: `${gpu}, CUDA` }
}

export function cudaDidNotAnswer(
  { why, message }: Pick<NoAnswer, 'why' | 'message'>,
  { gpu, isOutOfMemory, needs }: TensorflowLog,
): ProbeReply {
  const absent = (reason: string): ProbeReply => ({ available: false, rank: -1, reason })
  if (isOutOfMemory) return absent(noGpuMemory)
  if (why === 'died') {
    return absent(`TensorFlow crashed as it started (${message}): check the NVIDIA driver, ${needs.both}`)
  }
  if (why === 'cancelled' || gpu === undefined) {
    return absent(`TensorFlow did not start (${message}): check the NVIDIA driver, ${needs.both}`)
  }
  const reason = `its first operation took too long (${message}), as on GPUs newer than its CUDA, for which it is compiled at first use; "auto" does not take it: name cuda in a run, which waits for it`
  return { available: true, rank: -1, device: `${gpu}, CUDA`, reason }
}
