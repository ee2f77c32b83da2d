import type { RunSummary } from '../../../shared/api/runs.ts'
import type { WorkersInfo } from '../../../shared/api/workers.ts'
import { snapshotName, spanText } from '../../../shared/run/snapshotName.ts'
import { isActive } from '../../../shared/run/state.ts'
import { count, counted } from '../../format/format.ts'
import { placedWords } from './placedWords.ts'
import { cycleNumber, queuedBefore, runsBefore } from './runNumbers.ts'

/** What is to be known of a run that is not simply running or done. */
export interface StateWords {
  readonly tone: 'failure' | 'attention' | 'plain'
  readonly title: string
  readonly text: string
  /** What there is to do about it. */
  readonly actions: readonly ('resume' | 'clone' | 'startNext')[]
}

interface Around {
  readonly runs: readonly RunSummary[]
  /** Whether its trainer is a child of the program that answers. */
  readonly isHere: boolean
  /** Of other machines; undefined until it is known, or where the run trains here. */
  readonly info?: WorkersInfo | undefined
  readonly now?: number
}

export function stateWords(run: RunSummary, around: Around): StateWords | undefined {
  const { runs, isHere } = around
  const elsewhere = wordsElsewhere(run, around)
  if (elsewhere !== undefined) return elsewhere.words
  switch (run.status) {
    case 'queued':
      return waitsFor(run, runs) ?? queued(runsBefore(run, runs), queuedBefore(run, runs) > 0)
    case 'failed':
      return failed(run)
    case 'interrupted':
      return { tone: 'attention', title: `Interrupted ${placeOf(run)}`, ...resumeWords(run) }
    case 'stopped':
      return { tone: 'plain', title: `Stopped ${placeOf(run)}`, ...resumeWords(run) }
    // The header tells it, with the button: a note that comes and goes would move the charts under the pointer.
    case 'created':
      return undefined
    case 'paused':
    case 'running':
      return isHere ? undefined : plain('It trains in another Anneal', anotherHost)
    case 'completed':
      return undefined
  }
}

/** Of a run that waits for another machine, or trains on one; undefined for others. */
function wordsElsewhere(
  run: RunSummary,
  { runs, info, now = Date.now() }: Around,
): { readonly words: StateWords | undefined } | undefined {
  const { place, status } = run
  if (place === null || !(status === 'queued' || isActive(status))) return undefined
  return { words: waitsFor(run, runs) ?? placedWords(run, place, { runs, info, now }) }
}

const plain = (title: string, text: string): StateWords => ({ tone: 'plain', title, text, actions: [] })

const anotherHost =
  'Its trainer belongs to another Anneal on this machine; commands go to it through the database.'

/** A run that begins with a state of another one, which has not got so far yet. */
function waitsFor({ origin }: RunSummary, runs: readonly RunSummary[]): StateWords | undefined {
  if (origin === null || origin.kind === 'again') return undefined
  const parent = runs.find(({ id }) => id === origin.runId)
  if (parent === undefined || parent.stepsDone >= origin.stepsDone) return undefined
  const { name, status, stepsDone } = parent
  return plain(
    `Waits for ${name}`,
    `It begins with the state that ${name} has after ${counted(origin.stepsDone, 'step')}; ${name} is ${status} with ${count(stepsDone)} done.`,
  )
}

function queued(before: number, canGoFirst: boolean): StateWords {
  const wait = before === 1 ? 'the run before it ends' : `the ${count(before)} runs before it have ended`
  return {
    tone: 'plain',
    title: before === 0 ? 'Next in the queue' : `Queued, ${counted(before, 'run')} before it`,
    text: before === 0 ? 'It starts as soon as a host is free to train it.' : `It starts when ${wait}.`,
    actions: canGoFirst ? ['startNext'] : [],
  }
}

/** "in cycle 2, after step 1 240 of 3 000". */
function placeOf(run: RunSummary): string {
  if (run.stepsDone === 0) return 'before its first step'
  const cycle = cycleNumber(run, run.stepsDone - 1)
  const where = cycle === undefined ? '' : `in cycle ${count(cycle)}, `
  return `${where}after step ${count(run.stepsDone)} of ${count(run.totalSteps)}`
}

function failed(run: RunSummary): StateWords {
  const reason = run.reason ?? 'The trainer gave no reason.'
  const title = `Failed ${placeOf(run)}`
  if (run.stepsDone === 0)
    return {
      tone: 'failure',
      title,
      text: `${reason} Nothing was trained; clone it and change its settings.`,
      actions: ['clone'],
    }
  return { tone: 'failure', title, text: `${reason} ${safeWords(run)}`, actions: ['clone', 'resume'] }
}

function resumeWords(run: RunSummary): Pick<StateWords, 'text' | 'actions'> {
  const reason = run.reason === null ? '' : `${run.reason} `
  const again =
    run.status === 'stopped'
      ? 'Resume goes on from there.'
      : 'Resume goes on from its last checkpoint and trains the steps after that again, to the same values.'
  return { text: `${reason}${safeWords(run)} ${again}`, actions: ['resume'] }
}

/** What of it is kept. */
function safeWords(run: RunSummary): string {
  const { snapshots, stepsDone } = run
  const steps = stepsDone === 0 ? 'Nothing was trained yet' : `All ${count(stepsDone)} steps are stored`
  if (snapshots.length === 0) return `${steps}; there was no snapshot yet.`
  const list = spanText(snapshots.map((snapshot) => snapshotName(run, snapshot)))
  const noun = snapshots.length === 1 ? 'the snapshot' : `${count(snapshots.length)} snapshots`
  return `${steps}, and ${noun} of ${list}.`
}

export const canPause = ({ status }: RunSummary): boolean => status === 'running'
export const canStop = ({ status }: RunSummary): boolean => isActive(status)
export const canResume = ({ status }: RunSummary): boolean =>
  status === 'paused' || status === 'interrupted' || status === 'failed' || status === 'stopped'
