import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { UserError } from '../../shared/errors.ts'
import { ownerText, stateOf } from '../process/owner.ts'
import { replaceFile } from '../replaceFile.ts'

/*
 * `<home>/workers/slurm/`: jobs that this lab has submitted and that may still be there, a file each. Whatever else this user
 * has in Slurm, of another lab too, is none of ours.
 */

const keptJob = z.object({
  name: z.string().regex(/^[\w-]+$/),
  /** null: sbatch was about to be asked. */
  job: z.string().regex(/^\d+$/).nullable(),
  /** More than one are an array, in this order. */
  runIds: z.array(z.string()).min(1),
  /** Of its elements: those that are over, and whose runs were given up by that. */
  settled: z.array(z.string()).default([]),
})
export type KeptJob = z.infer<typeof keptJob>

/** What Slurm calls the part of it that trains a run: "12", or "12_3" in an array. */
export const elementOf = (job: string, { runIds }: Pick<KeptJob, 'runIds'>, index: number): string =>
  runIds.length > 1 ? `${job}_${index}` : job

/** Those that no verdict has been spoken of yet. */
export function elementsOf(kept: KeptJob): { readonly job: string; readonly runId: string }[] {
  const { job } = kept
  if (job === null) return []
  return kept.runIds
    .map((runId, index) => ({ job: elementOf(job, kept, index), runId }))
    .filter((element) => !kept.settled.includes(element.job))
}

export interface KeptJobs {
  /** A file that is damaged is none. */
  list(): KeptJob[]
  put(kept: KeptJob): void
  drop(name: string): void
  /** One at a time, of all processes of this lab. @throws UserError where another has it for too long */
  alone<T>(work: () => Promise<T>): Promise<T>
}

export function createKeptJobs(home: string): KeptJobs {
  const folder = path.join(home, 'workers', 'slurm')
  const file = (name: string) => path.join(folder, `${name}.json`)
  return {
    list: () =>
      namesIn(folder).flatMap((name) => {
        try {
          return keptJob.parse(JSON.parse(readFileSync(path.join(folder, name), 'utf8')))
        } catch {
          return []
        }
      }),
    put(kept) {
      mkdirSync(folder, { recursive: true })
      replaceFile(file(kept.name), JSON.stringify(kept))
    },
    drop: (name) => rmSync(file(name), { force: true }),
    async alone(work) {
      mkdirSync(folder, { recursive: true })
      const lock = path.join(folder, 'lock')
      await takeLock(lock)
      try {
        return await work()
      } finally {
        rmSync(lock, { force: true })
      }
    },
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'))
  } catch {
    // No job was ever submitted.
    return []
  }
}

/** A lock whose process is gone is nobody's. */
async function takeLock(lock: string): Promise<void> {
  for (const deadline = performance.now() + 120_000; ; ) {
    try {
      const file = openSync(lock, 'wx', 0o600)
      writeFileSync(file, ownerText())
      closeSync(file)
      return
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    if (!holderLives(lock)) rmSync(lock, { force: true })
    else if (performance.now() > deadline)
      throw new UserError(
        `While submitting to Slurm: another program of this lab has been submitting for 2 minutes; end it, or delete ${lock} where none runs.`,
      )
    else await setTimeout(50)
  }
}

function holderLives(lock: string): boolean {
  try {
    const holder = readFileSync(lock, 'utf8')
    // Just made, and not yet signed.
    return holder === '' || stateOf(holder) !== 'dead'
  } catch {
    return false
  }
}
