import { readFileSync } from 'node:fs'

/**
 * Tells of process ids whether they are of this process: itself, what it started, and what those started. One that is gone
 * counts too: a driver speaks of a trainer for a moment after its end. Elsewhere than on Linux only this process is known.
 */
export function ofThisProcess(): (pid: number) => boolean {
  const known = new Map<number, boolean>([
    [process.pid, true],
    [0, false],
  ])
  const isOurs = (pid: number): boolean => {
    const before = known.get(pid)
    if (before !== undefined) return before
    // No circle, whatever changes while it is being read.
    known.set(pid, false)
    const parent = parentOf(pid)
    const found = parent === undefined ? process.platform === 'linux' : isOurs(parent)
    known.set(pid, found)
    return found
  }
  return isOurs
}

/** undefined where there is no such process. */
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is a name in brackets, which may hold anything.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
