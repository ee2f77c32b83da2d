import type { RunSummary } from '../../../shared/api/runs.ts'
import type { WorkersInfo } from '../../../shared/api/workers.ts'
import { isActive } from '../../../shared/run/state.ts'
import type { RunPlace } from '../../../shared/worker/placement.ts'
import { clock } from '../../workers/clock.ts'
import { patienceText } from '../../workers/patience.ts'
import { placeWords, turnOf } from '../../workers/placeWords.ts'
import type { StateWords } from './stateWords.ts'

interface Around {
  readonly runs: readonly RunSummary[]
  /** Undefined until it is known. */
  readonly info: WorkersInfo | undefined
  readonly now: number
}

/** What is to be known of a run on another machine that waits, or whose worker is not heard of; undefined: nothing. */
export function placedWords(run: RunSummary, place: RunPlace, around: Around): StateWords | undefined {
  if (run.status === 'queued') return waiting(run, place, around)
  if (!isActive(run.status) || place.outOfTouchSince === null) return undefined
  const name = place.worker?.name ?? 'its worker'
  const since = clock(place.outOfTouchSince, around.now)
  return {
    tone: 'attention',
    title: `${name} is out of touch since ${since}`,
    text: `The run may be going on there, and its numbers here be older; what is trained meanwhile is sent when ${name} is back. ${patienceWords(place, place.outOfTouchSince, around)}`,
    actions: [],
  }
}

function patienceWords({ placement }: RunPlace, since: number, { info, now }: Around): string {
  if (info === undefined) return ''
  const until = since + info.patience
  const given = `${afterPatience[placement.at]}, from the last state that was sent.`
  return until > now
    ? `If it is not back by ${clock(until, now)} (${patienceText(info.patience)} of patience), ${given}`
    : `That is longer than the patience of ${patienceText(info.patience)}: ${given}`
}

const afterPatience = {
  anyWorker: 'it is given to another worker',
  worker: 'it goes back into that worker’s own queue',
  slurm: 'it is submitted again',
} as const

function waiting(run: RunSummary, place: RunPlace, around: Around): StateWords {
  const { runs, info, now } = around
  const words = placeWords(run, { runs, workers: info?.workers ?? [], now })
  const isFirst = turnOf(run, place.placement, runs) === 1
  return {
    tone: words?.isAttention === true ? 'attention' : 'plain',
    title: capital(words?.text ?? ''),
    text: [run.reason, whenWords(place, info)].filter((part) => part !== null && part !== '').join(' '),
    actions: isFirst || place.placement.at === 'slurm' ? [] : ['startNext'],
  }
}

/** When it starts, or what there is to do. */
function whenWords({ placement, slurm }: RunPlace, info: WorkersInfo | undefined): string {
  if (placement.at === 'slurm')
    return slurm === null
      ? 'It is submitted when Slurm can be reached.'
      : 'It starts when Slurm gives it a place.'
  if (info?.queue.state === 'none')
    return 'There is no queue that could offer it: start one with anneal workers serve-queue.'
  if (info?.queue.state === 'away') return 'The queue cannot be reached: it is offered when it is back.'
  return 'It starts as soon as a free slot takes it.'
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
