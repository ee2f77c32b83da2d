import { createHash } from 'node:crypto'
import { UserError, wordsOf } from '../../shared/errors.ts'
import { type Desk, TurnedAway } from '../workerLink/desk.ts'
import { type FolderDoor, openFolderDoor } from '../workers/folderDoor.ts'
import { createSlurmCommands, SlurmAway } from './commands.ts'
import { createKeptJobs } from './keptJobs.ts'
import { folderHere, readSlurmSettings, type SlurmSettings } from './settings.ts'
import { noMemory, type SlurmLab, type SlurmMemory, syncSlurm } from './sync.ts'
import { readSlurmToken } from './workerOfSlurm.ts'

export interface SlurmState {
  readonly isReady: boolean
  readonly words: string | null
}

/** Keeps the jobs of Slurm and the lab alike, and answers jobs through the shared folder. */
export interface SlurmService {
  /** Something waits again, or is not to train any more: looked at soon. */
  poke(): void
  /** Whether Slurm can be used; in words where not, or where something must be done. */
  state(): SlurmState
  close(): Promise<void>
}

export interface SlurmParts {
  readonly home: string
  readonly store: SlurmLab['store']
  deskFor(workerId: string): Desk
  onQueueChanged(): void
  /** Below 1: all goes by so much faster, for tests. */
  readonly clock?: number
  readonly env?: NodeJS.ProcessEnv | undefined
  readonly log?: (line: string) => void
}

/** Milliseconds between two looks at Slurm; after a poke, so that what comes together is submitted together. */
const lookEvery = 15_000
const afterPoke = 200

export function createSlurm(parts: SlurmParts): SlurmService {
  const { home, store, onQueueChanged, clock = 1, env } = parts
  const memory = noMemory()
  const door = createDoorKeeper(parts)
  let problem: string | null = null
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  let isPoked = false
  let isClosed = false

  async function look(): Promise<void> {
    try {
      const settings = readSlurmSettings(home)
      await door.keep(settings)
      problem = null
      if (settings === undefined || readSlurmToken(settings) === undefined) return
      await syncOnce({ home, store, onQueueChanged, env }, settings, memory)
    } catch (error) {
      problem = wordsOf(error)
      // Whatever it was, jobs that run go on, and the next look may find it mended.
      if (!(error instanceof UserError || error instanceof SlurmAway))
        parts.log?.(`looking at Slurm: ${problem}`)
    }
  }

  function soon(ms: number): void {
    clearTimeout(timer)
    if (isClosed) return
    timer = setTimeout(() => {
      isPoked = false
      looking = look().finally(() => {
        looking = undefined
        soon(isPoked ? afterPoke : lookEvery * clock)
      })
    }, ms)
  }
  soon(0)

  return {
    poke() {
      isPoked = true
      if (looking === undefined) soon(afterPoke)
    },
    state: () => slurmState(home, problem),
    async close() {
      isClosed = true
      clearTimeout(timer)
      await looking
      await door.keep(undefined)
    },
  }
}

/** One comparison, when no other program of this lab makes one. @throws as `syncSlurm` */
export async function syncOnce(
  parts: Pick<SlurmParts, 'home' | 'store' | 'onQueueChanged' | 'env'>,
  settings: SlurmSettings,
  memory: SlurmMemory,
): Promise<void> {
  const { home, store, onQueueChanged, env } = parts
  const kept = createKeptJobs(home)
  const commands = createSlurmCommands(settings.login, env)
  await kept.alone(() => syncSlurm({ store, kept, settings, commands, onQueueChanged }, memory))
}

/** Whether Slurm can be used, as far as its settings say. @param problem what was found wrong besides */
export function slurmState(home: string, problem: string | null): SlurmState {
  try {
    const settings = readSlurmSettings(home)
    if (settings === undefined || readSlurmToken(settings) === undefined)
      return { isReady: false, words: 'Not set up; "anneal slurm setup" says what to do.' }
    return { isReady: true, words: problem }
  } catch (error) {
    return { isReady: false, words: wordsOf(error) }
  }
}

/** Opens the shared folder for requests as long as the settings say so, as whatever they say. */
function createDoorKeeper({ store, deskFor, log, clock = 1 }: SlurmParts) {
  let door: FolderDoor | undefined
  let openFor = ''
  return {
    async keep(settings: SlurmSettings | undefined): Promise<void> {
      const token = settings?.transport === 'folder' ? readSlurmToken(settings) : undefined
      const folder = settings === undefined ? '' : folderHere(settings)
      const wanted = token === undefined ? '' : `${folder}\n${token}`
      if (wanted === openFor) return
      await door?.close()
      door = undefined
      openFor = wanted
      if (token === undefined) return
      const key = createHash('sha256').update(token).digest('hex')
      door = openFolderDoor({
        folder,
        key,
        pollMs: Math.max(20, 500 * clock),
        deskFor() {
          const worker = store.workers.byToken(key)
          if (worker === undefined)
            throw new TurnedAway(
              'The worker of Slurm was removed from its lab; run "anneal slurm setup" there.',
            )
          return deskFor(worker.id)
        },
        ...(log !== undefined && { log }),
      })
    },
  }
}
