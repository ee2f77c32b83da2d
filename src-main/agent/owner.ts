import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { z } from 'zod'

/** A process, so that another can tell whether it still lives: also after its number was given away again. */
const owner = z.strictObject({ hostname: z.string(), pid: z.int().min(1), startedAt: z.string() })

export const ownerText = (): string =>
  JSON.stringify({ hostname: hostname(), pid: process.pid, startedAt: startOf(process.pid) })

/** alive: a process of this machine that is there · elsewhere: one of another machine, of which nothing is known here */
export function stateOf(text: string): 'alive' | 'dead' | 'elsewhere' {
  const parsed = owner.safeParse(parseJson(text))
  if (!parsed.success) return 'dead'
  const { hostname: host, pid, startedAt } = parsed.data
  if (host !== hostname()) return 'elsewhere'
  try {
    process.kill(pid, 0)
  } catch (error) {
    const isAnothers = error instanceof Error && 'code' in error && error.code === 'EPERM'
    if (!isAnothers) return 'dead'
  }
  return startOf(pid) === startedAt ? 'alive' : 'dead'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What tells two processes of one number apart, where the system says: the boot, and the time since then. */
function startOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    // The name of the program stands in brackets, and may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return `${boot} ${fields[19]}`
  } catch {
    return ''
  }
}
