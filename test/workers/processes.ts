import { readdirSync, readFileSync } from 'node:fs'

/* Processes of this machine, whichever network they are in, told apart by a variable that those they start inherit. */

const variable = 'ANNEAL_TEST_AGENT'

/** What an agent of a test has in its environment, and all that it starts. */
export const markOf = (agent: string): Record<string, string> => ({ [variable]: agent })

/** Trainers that an agent of this mark has started, also one that is gone by now. */
export const trainersOf = (agent: string): number[] =>
  pids().filter((pid) => {
    const command = read(pid, 'cmdline')
    return (
      command.includes('trainer/entry') && read(pid, 'environ').split('\0').includes(`${variable}=${agent}`)
    )
  })

const pids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)

/** Empty for one that has ended, and for one that waits to be reaped. */
function read(pid: number, file: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
