import { setTimeout } from 'node:timers/promises'
import { app, type BrowserWindow, dialog, type Event, type MessageBoxOptions } from 'electron'
import { isActive } from '../../shared/run/state.ts'
import type { Core } from '../core.ts'
import type { Log } from './log.ts'

/** The end of the program, with runs that may be training. */
export interface Leaving {
  /** Whether everything is closed and windows may go. */
  isSettled(): boolean
  /** Holds the end back until the user agrees and everything is stored. */
  beforeQuit(event: Pick<Event, 'preventDefault'>, window: BrowserWindow | undefined): void
  /** Without asking: the system shuts down. */
  now(): void
}

/** Milliseconds for trainers to store where they are; one that takes longer resumes from its last checkpoint. */
const patience = 10_000

type LabCore = Pick<Core, 'runs' | 'store' | 'close'>

export function createLeaving(core: LabCore, log: Log): Leaving {
  let stage: 'here' | 'asking' | 'leaving' | 'settled' = 'here'

  const leave = async (): Promise<void> => {
    stage = 'leaving'
    try {
      await stopRuns(core)
      await core.close()
    } catch (error) {
      log(`While closing: ${error instanceof Error ? error.stack : String(error)}`)
    }
    stage = 'settled'
    app.quit()
  }

  const isAsking = (): boolean => stage === 'asking'
  const askFirst = async (window: BrowserWindow | undefined): Promise<void> => {
    stage = 'asking'
    const training = runsHere(core).length
    const mayLeave = training === 0 || (await agrees(window, training))
    // The system may have shut down meanwhile.
    if (!isAsking()) return
    if (mayLeave) return leave()
    stage = 'here'
  }

  return {
    isSettled: () => stage === 'settled',
    beforeQuit(event, window) {
      if (stage === 'settled') return
      event.preventDefault()
      if (stage !== 'here') return
      askFirst(window).catch((error: unknown) => {
        log(`While asking whether to quit: ${error}`)
        stage = 'here'
      })
    },
    now() {
      if (stage === 'here' || stage === 'asking') void leave()
    },
  }
}

function runsHere({ store }: Pick<LabCore, 'store'>): string[] {
  return store.read
    .runs()
    .filter(({ status, place, hostId }) => isActive(status) && place === null && hostId === store.hostId)
    .map(({ id }) => id)
}

async function agrees(window: BrowserWindow | undefined, training: number): Promise<boolean> {
  const one = training === 1
  const options: MessageBoxOptions = {
    type: 'question',
    message: one
      ? 'A run is training. Stop it and quit?'
      : `${training} runs are training. Stop them and quit?`,
    detail: one
      ? 'It is stored at the step it has reached, and Resume goes on from there.'
      : 'Each is stored at the step it has reached, and Resume goes on from there.',
    buttons: [one ? 'Keep training' : 'Keep them training', one ? 'Stop run and quit' : 'Stop runs and quit'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  }
  const { response } = await (window === undefined
    ? dialog.showMessageBox(options)
    : dialog.showMessageBox(window, options))
  return response === 1
}

/** Asks each trainer to stop where it is, with a checkpoint; closing the core ends those that do not. */
async function stopRuns({ runs, ...core }: LabCore): Promise<void> {
  // What waits behind them stays queued for the next start.
  runs.leaveQueue()
  const stopped = runsHere(core).map((id) => runs.command(id, { type: 'stop', when: 'now' }))
  await Promise.race([Promise.allSettled(stopped), setTimeout(patience, undefined, { ref: false })])
}
