import { type ProbeReply, probeRequest } from '../../shared/run/probe.ts'
import { probeEngine } from './select.ts'

/*
 * The process that looks whether a backend is there: fork it, send one request of shared/run/probe.ts, and one reply
 * comes back; then it ends by itself. A driver that crashes takes nothing else along.
 */

process.once('message', async (message) => {
  const { device } = probeRequest.parse(message)
  const reply: ProbeReply = await probeEngine(device)
  process.send?.(reply, undefined, undefined, () => process.disconnect?.())
})
