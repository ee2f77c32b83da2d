import { statfs } from 'node:fs/promises'
import { arch, availableParallelism, cpus, hostname, loadavg, platform, totalmem } from 'node:os'
import type { WorkerAbout, WorkerSlot } from '../../shared/worker/protocol.ts'

/** What a worker says of itself. @param folder its own, on whose disk data sets and spools lie */
export async function aboutThisMachine(folder: string, slots: readonly WorkerSlot[]): Promise<WorkerAbout> {
  const cores = availableParallelism()
  return {
    hostname: hostname().slice(0, 255),
    platform: `${platform()} ${arch()}`,
    processor: (cpus()[0]?.model.trim() || 'unknown').slice(0, 200),
    cores,
    memory: totalmem(),
    node: process.versions.node,
    // Those that wait for a core are counted too. Windows has no such number, and says 0.
    load: platform() === 'win32' ? null : Math.min(1, (loadavg()[0] ?? 0) / cores),
    diskFree: await diskFree(folder),
    slots: [...slots],
  }
}

/** Bytes below which no run is taken: its spool would stand still at once. */
const leastFree = 2 * 2 ** 20

/** Why no run can be taken by a worker with this folder now, in words. */
export async function whyFull(folder: string): Promise<string | undefined> {
  const free = await diskFree(folder)
  return free === null || free >= leastFree
    ? undefined
    : `the disk of ${folder} is full; it takes runs again when there is room`
}

async function diskFree(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return null
  }
}
