import type { DeviceInfo } from '../../shared/api/lab.ts'
import type { KnownDevices, ProbeReply } from '../../shared/run/probe.ts'
import { type DeviceName, deviceName } from '../../shared/run/spec.ts'
import { noGpuMemory } from './noGpuMemory.ts'
import { cudaIsAbsent, probe } from './probe.ts'

/** What a run can train on here. Looked for once in the life of a host, each device in a process of its own. */
export interface Devices {
  /** Every device, fastest first. */
  list(): Promise<DeviceInfo[]>
  /** What a process that is to train on `wanted` must be told: starting some drivers there may end it. */
  known(wanted: DeviceName): Promise<KnownDevices>
  /** Ends the processes that still look. */
  close(): void
}

type Name = Exclude<DeviceName, 'auto'>

export function createDevices(): Devices {
  const end = new AbortController()
  const looked = new Map<Name, Promise<ProbeReply>>()

  const look = (name: Name, givesWay: boolean): Promise<ProbeReply> => {
    const before = looked.get(name)
    if (before !== undefined) return before
    const now = probe(name, end.signal, givesWay)
    looked.set(name, now)
    now.then(
      // A GPU that is full now may be free at the next run.
      (reply) => reply.reason === noGpuMemory && looked.delete(name),
      () => looked.delete(name),
    )
    return now
  }

  return {
    async list() {
      const names = deviceName.exclude(['auto']).options
      return inWords(await Promise.all(names.map(async (name) => ({ name, ...(await look(name, true)) }))))
    },
    async known(wanted) {
      const mayBeCuda = wanted === 'auto' || wanted === 'cuda'
      return mayBeCuda && cudaIsAbsent() === undefined ? { cuda: await look('cuda', false) } : {}
    },
    close: () => end.abort(),
  }
}

function inWords(probes: readonly ({ readonly name: Name } & ProbeReply)[]): DeviceInfo[] {
  const [first] = probes
    .filter(({ available, rank }) => available && rank >= 0)
    .sort((a, b) => a.rank - b.rank)
  return probes.map((found) => ({
    name: found.name,
    available: found.available,
    device: found.available ? found.device : null,
    reason: found === first ? `${found.reason}; "auto" takes it: the fastest one here` : found.reason,
    chosen: found === first,
  }))
}
