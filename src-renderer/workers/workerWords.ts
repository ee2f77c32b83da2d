import type { QueueInfo, WorkerInfo, WorkersInfo } from '../../shared/api/workers.ts'
import { slurmWorkerName } from '../../shared/worker/placement.ts'
import type { WorkerAbout, WorkerSlot } from '../../shared/worker/protocol.ts'
import { bytes, counted, percent, thin } from '../format/format.ts'
import { clock } from './clock.ts'
import { patienceText } from './patience.ts'

/* How a worker, its machine and its slots are told. */

/** fine: takes runs. attention: something is to be known or done. plain: neither. */
export type Tone = 'fine' | 'attention' | 'failure' | 'plain'

export interface WorkerState {
  readonly tone: Tone
  /** One or two words. */
  readonly word: string
  /** What it means, in a sentence. */
  readonly text: string
}

export function stateOf(worker: WorkerInfo, now: number): WorkerState {
  const { state, reason, outOfTouchSince } = worker
  if (state === 'invited')
    return { tone: 'plain', word: 'invited', text: 'Its command has not been run on the other machine yet.' }
  if (state === 'out') return { tone: 'failure', word: 'out', text: outWords(reason) }
  if (outOfTouchSince !== null)
    return {
      tone: 'attention',
      word: state === 'draining' ? 'draining, out of touch' : 'out of touch',
      text: `Since ${clock(outOfTouchSince, now)}.`,
    }
  if (state === 'draining')
    return { tone: 'plain', word: 'draining', text: 'Takes no more runs; what trains there goes on.' }
  return { tone: 'fine', word: 'joined', text: 'In touch.' }
}

const outWords = (reason: string | null): string =>
  `${sentence(reason ?? 'Two runs failed on it before their first step')} It gets no more runs.`

const sentence = (words: string): string => (/[.!?]$/.test(words) ? words : `${words}.`)

/** What it means that a worker is not heard of; undefined while it is. */
export function outOfTouchWords(
  { name, outOfTouchSince, training }: WorkerInfo,
  patience: number,
  now: number,
): string | undefined {
  if (outOfTouchSince === null) return undefined
  const since = `${name} has not been heard of since ${clock(outOfTouchSince, now)}.`
  if (training.length === 0) return `${since} It trained nothing then, and gets nothing until it is back.`
  const runs =
    training.length === 1
      ? 'Its run may go on there'
      : `Its ${counted(training.length, 'run')} may go on there`
  const until = outOfTouchSince + patience
  const given = givenWords(training, name)
  return until > now
    ? `${since} ${runs}, and what is trained is sent when it is back. If it is not back by ${clock(until, now)} (${patienceText(patience)} of patience), ${given}.`
    : `${since} That is longer than ${patienceText(patience)}: ${given}.`
}

/** What becomes of the runs of a worker that is waited for no longer: not each may train elsewhere. */
function givenWords(training: WorkerInfo['training'], name: string): string {
  const isOne = training.length === 1
  const from = 'from the last state that was sent'
  if (training.every(({ at }) => at === 'slurm'))
    return `${isOne ? 'it is' : 'they are'} submitted again, ${from}`
  const bound = training.filter(({ at }) => at === 'worker').length
  if (bound === 0) return `${isOne ? 'it is' : 'they are'} given to another worker, ${from}`
  const waits = (count: number): string => (count === 1 ? 'waits' : 'wait')
  return bound === training.length
    ? `${isOne ? 'it' : 'they'} ${waits(bound)} in the queue of ${name} alone, where ${isOne ? 'it is' : 'they are'} to train, to go on ${from}`
    : `the ${bound} that ${bound === 1 ? 'is' : 'are'} to train on ${name} alone ${waits(bound)} for it, and the others are given to another worker, ${from}`
}

/** "linux x64 · AMD EPYC 9654 · 16 cores · 128 GB memory" */
export function machineWords({ platform, processor, cores, memory }: WorkerAbout): string {
  return [platform, processor, counted(cores, 'core'), `${bytes(memory)} memory`]
    .filter((part) => part !== '')
    .join(' · ')
}

/** "62 %": of all cores together, over the last minute. */
export const loadWords = ({ load }: Pick<WorkerAbout, 'load'>): string => percent(load, 0)

/** Of this host's build, and what is done about another. */
export function buildWords({ isOfThisBuild }: Pick<WorkerInfo, 'isOfThisBuild'>): {
  readonly word: string
  readonly text: string
} {
  if (isOfThisBuild === null) return { word: '–', text: 'Not known before it has joined.' }
  return isOfThisBuild
    ? { word: 'this one', text: 'The same program as this host.' }
    : { word: 'another', text: 'Fetches this host’s by itself when idle.' }
}

/** Slots that could train now, and those that do: "1 of 2 slots busy". */
export function slotsWords(workers: readonly WorkerInfo[]): string {
  const slots = workers
    .filter(({ state, outOfTouchSince }) => state === 'joined' && outOfTouchSince === null)
    .flatMap(({ about }) => about?.slots ?? [])
  const usable = slots.filter(({ unusable, running }) => unusable === undefined || running !== undefined)
  const busy = usable.filter(({ running }) => running !== undefined)
  return usable.length === 0 ? 'no slot in touch' : `${busy.length} of ${counted(usable.length, 'slot')} busy`
}

/** Why a slot takes nothing; undefined where it could. */
export function idleWords(slot: WorkerSlot, { state, outOfTouchSince }: WorkerInfo): string {
  if (slot.unusable !== undefined) return `takes nothing: ${slot.unusable}`
  if (outOfTouchSince !== null) return 'takes nothing while it is out of touch'
  if (state === 'draining') return 'draining: takes nothing'
  if (state === 'out') return 'takes nothing'
  return 'idle'
}

/** Whether offers reach workers, and what to do where they do not. */
export function queueWords(queue: QueueInfo): {
  readonly tone: Tone
  readonly word: string
  readonly text: string
} {
  const at = queue.address === null ? '' : ` at ${queue.address}`
  switch (queue.state) {
    case 'ready': {
      const waiting =
        queue.offers === 0
          ? 'no offer waits'
          : `${counted(queue.offers, 'offer')} wait${queue.offers === 1 ? 's' : ''}`
      return { tone: 'fine', word: 'ready', text: `${at === '' ? '' : `${at.trim()}, `}${waiting}` }
    }
    case 'away':
      return {
        tone: 'attention',
        word: 'away',
        text: `${at === '' ? '' : `${at.trim()}. `}${sentence(queue.words ?? 'It cannot be reached')} What trains goes on; nothing new is offered.`,
      }
    case 'elsewhere':
      return { tone: 'plain', word: 'not asked', text: `${at.trim()}. ${sentence(queue.words ?? '')}` }
    case 'none':
      return { tone: 'attention', word: 'none', text: queue.words ?? '' }
  }
}

/** "3 d 4 h", "12 min 05 s" until then; undefined when it is past. */
export function leftWords(until: number, now: number): string | undefined {
  const seconds = Math.ceil((until - now) / 1000)
  if (seconds <= 0) return undefined
  if (seconds < 3600) {
    const minutes = Math.floor(seconds / 60)
    const rest = String(seconds % 60).padStart(minutes > 0 ? 2 : 1, '0')
    return minutes > 0 ? `${minutes}${thin}min ${rest}${thin}s` : `${rest}${thin}s`
  }
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  return hours < 24
    ? `${hours}${thin}h ${String(minutes).padStart(2, '0')}${thin}min`
    : `${Math.floor(hours / 24)}${thin}d ${hours % 24}${thin}h`
}

/** What is lost with a worker: nothing that is stored. */
export function removeWords({ name, state, training }: WorkerInfo): string {
  if (state === 'invited') return `The command for ${name} is void at once. Nothing else is lost.`
  const stored = `Its token is void at once. Nothing stored is lost: every run stays with all that ${name} has sent.`
  if (training.length === 0) return stored
  const bound = training.filter(({ at }) => at === 'worker').length
  const others = training.length - bound
  const again = 'steps after that are trained again, to the same values.'
  const given =
    others === 0
      ? ''
      : ` ${others === 1 ? (bound === 0 ? 'The run it trains is' : 'One run is') : `${counted(others, 'run')} are`} given to another worker from the last state that was sent; ${again}`
  const stays =
    bound === 0
      ? ''
      : ` ${counted(bound, 'run')} ${bound === 1 ? 'is' : 'are'} to train on ${name} alone, and ${bound === 1 ? 'waits' : 'wait'} until given another place.`
  return `${stored}${given}${stays}`
}

/** Those that a run can be placed on by name: the jobs of Slurm are one that it cannot. */
export const machinesOf = ({ workers }: Pick<WorkersInfo, 'workers'>): readonly WorkerInfo[] =>
  workers.filter(({ name }) => name !== slurmWorkerName)

/** Whether there is any place but here. */
export const isAnywhere = (info: WorkersInfo): boolean => machinesOf(info).length > 0 || info.slurm.isReady
