import { createHash } from 'node:crypto'
import { UserError } from '../../shared/errors.ts'
import { type Desk, TurnedAway } from '../workerLink/desk.ts'
import { type FolderDoor, openFolderDoor } from '../workers/folderDoor.ts'
import { createSlurmCommands, SlurmAway } from './commands.ts'
import { createKeptJobs } from './keptJobs.ts'
import { folderHere, readSlurmSettings, type SlurmSettings } from './settings.ts'
import { noMemory, type SlurmLab, syncSlurm } from './sync.ts'
import { readSlurmToken } from './workerOfSlurm.ts'

/** Keeps the jobs of Slurm and the lab alike, and answers jobs through the shared folder. */
export interface SlurmService {
  /** Something waits again, or is not to train any more: looked at soon. */
  poke(): void
  /** Whether Slurm can be used; in words where not, or where something must be done. */
  state(): { readonly isReady: boolean; readonly words: string | null }
  close(): Promise<void>
}

export interface SlurmParts {
  readonly home: string
  readonly store: SlurmLab['store']
  deskFor(workerId: string): Desk
  onQueueChanged(): void
  /** Below 1: all goes by so much faster, for tests. */
  readonly clock?: number
  readonly env?: NodeJS.ProcessEnv
  readonly log?: (line: string) => void
}

/** Milliseconds between two looks at Slurm; after a poke, so that what comes together is submitted together. */
const lookEvery = 15_000
const afterPoke = 200

export function createSlurm(parts: SlurmParts): SlurmService {
  const { home, store, onQueueChanged, clock = 1, env } = parts
  const memory = noMemory()
  const kept = createKeptJobs(home)
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
      if (settings === undefined) return
      const lab = {
        store,
        kept,
        settings,
        commands: createSlurmCommands(settings.login, env),
        onQueueChanged,
      }
      await kept.alone(() => syncSlurm(lab, memory))
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error)
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
    state: () => stateOf(home, problem),
    async close() {
      isClosed = true
      clearTimeout(timer)
      await looking
      await door.keep(undefined)
    },
  }
}

function stateOf(home: string, problem: string | null): ReturnType<SlurmService['state']> {
  try {
    const settings = readSlurmSettings(home)
    if (settings === undefined || readSlurmToken(settings) === undefined)
      return { isReady: false, words: 'Not set up; "anneal slurm setup" says what to do.' }
    return { isReady: true, words: problem }
  } catch (error) {
    return { isReady: false, words: error instanceof Error ? error.message : String(error) }
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
