import { hostname } from 'node:os'
import { z } from 'zod'
import { processStart, stillLives } from './processes.ts'

/** A process, so that another can tell whether it still lives: also after its number was given away again. */
const owner = z.strictObject({ hostname: z.string(), pid: z.int().min(1), startedAt: z.string() })

export const ownerText = (): string =>
  JSON.stringify({
    hostname: hostname(),
    pid: process.pid,
    startedAt: processStart(process.pid) ?? '',
  } satisfies z.infer<typeof owner>)

/** alive: a process of this machine that is there · elsewhere: one of another machine, of which nothing is known here */
export function stateOf(text: string): 'alive' | 'dead' | 'elsewhere' {
  const parsed = owner.safeParse(parseJson(text))
  if (!parsed.success) return 'dead'
  const { hostname: host, pid, startedAt } = parsed.data
  if (host !== hostname()) return 'elsewhere'
  return stillLives(pid, startedAt) ? 'alive' : 'dead'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
