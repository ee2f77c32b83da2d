import { readFileSync } from 'node:fs'

/** Whether a process of this machine has that number, whosever it is. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives and belongs to someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Boot and start time of a process, from Linux' /proc; undefined elsewhere, and for one that has died. */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold spaces; state is the field after it, the start time (in ticks) the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state] = fields
    if (state === 'Z' || state === 'X') return undefined
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}/${fields[19]}`
  } catch {
    return undefined
  }
}

/** Whether the process that had this number and start still lives, as far as the system says: numbers are given away again. */
export const stillLives = (pid: number, startedAt: string): boolean =>
  processExists(pid) && (startedAt === '' || processStart(pid) === startedAt)
