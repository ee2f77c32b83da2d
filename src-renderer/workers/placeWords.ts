import type { RunSummary } from '../../shared/api/runs.ts'
import type { WorkerInfo } from '../../shared/api/workers.ts'
import { isActive } from '../../shared/run/state.ts'
import type { Placement, RunPlace } from '../../shared/worker/placement.ts'
import { placementShort } from '../../shared/worker/placeName.ts'
import { clock, sinceWords } from './clock.ts'

/* Where a run trains that does not train here. */

export interface PlaceWords {
  /** Beside a note that tells the rest: "on gpu-box"; null where there is nothing but the note. */
  readonly brief: string | null
  /** In a cell of a table: "gpu-box", "any worker", "Slurm 1234". */
  readonly short: string
  /** "on gpu-box", "offered to any worker, 3rd in the queue". */
  readonly text: string
  /** Something is to be known: a worker that is out of touch, attempts that failed. */
  readonly isAttention: boolean
}

type Placed = Pick<RunSummary, 'id' | 'status' | 'queuePlace'> & { readonly place: RunPlace | null }

interface Around {
  readonly runs: readonly Placed[]
  readonly workers: readonly WorkerInfo[]
  readonly now: number
}

/** @returns undefined for a run that trains here */
export function placeWords(run: Placed, around: Around): PlaceWords | undefined {
  const { place, status } = run
  if (place === null) return undefined
  if (status === 'queued') return waiting(run, place, around)
  return place.placement.at === 'slurm' ? inSlurm(place, status, around) : onWorker(place, status, around)
}

function waiting(run: Placed, place: RunPlace, around: Around): PlaceWords {
  const failed = place.failures === 0 ? '' : `, ${failureWords(place.failures)}`
  const words = (short: string, text: string, isAttention = false): PlaceWords => ({
    short,
    brief: null,
    text: `${text}${failed}`,
    isAttention: isAttention || place.failures > 0,
  })
  const { placement } = place
  if (placement.at === 'slurm') {
    return place.slurm === null
      ? words('Slurm', 'waits to be submitted to Slurm')
      : words(`Slurm ${place.slurm.job}`, slurmWords(place.slurm))
  }
  const turn = `${ordinal(turnOf(run, placement, around.runs))} in the queue`
  if (placement.at === 'anyWorker') return words('any worker', `offered to any worker, ${turn}`)
  const worker = around.workers.find(({ id }) => id === placement.workerId)
  if (worker === undefined)
    return words('no worker', 'waits for a worker that was removed: give it another place', true)
  const { name } = worker
  if (worker.outOfTouchSince !== null)
    return words(
      name,
      `waits for ${name}, out of touch since ${clock(worker.outOfTouchSince, around.now)}`,
      true,
    )
  if (worker.state === 'joined') return words(name, `offered to ${name}, ${turn}`)
  const why = {
    invited: 'which has not joined yet',
    draining: 'which takes no more runs',
    out: 'which is out',
  }
  return words(name, `waits for ${name}, ${why[worker.state]}`, true)
}

function onWorker(place: RunPlace, status: RunSummary['status'], around: Around): PlaceWords {
  if (place.worker === null && !isActive(status))
    return told(placementShort(place.placement), 'never taken by a worker')
  const name = place.worker?.name ?? 'a worker'
  return told(name, `on ${name}`, silenceOf(place, status, around))
}

function inSlurm(place: RunPlace, status: RunSummary['status'], around: Around): PlaceWords {
  const { slurm, worker } = place
  const on = worker === null ? '' : ` on ${worker.name}`
  if (slurm === null) return told('Slurm', `by Slurm${on}`, silenceOf(place, status, around))
  const job = isActive(status) ? slurmWords(slurm) : `Slurm job ${slurm.job}`
  return told(`Slurm ${slurm.job}`, `${job}${on}`, silenceOf(place, status, around))
}

const told = (short: string, brief: string, silence = ''): PlaceWords => ({
  short,
  brief,
  text: `${brief}${silence}`,
  isAttention: silence !== '',
})

/** ", out of touch since 14:02: its numbers may be older"; empty where it is heard of, or has ended. */
const silenceOf = ({ outOfTouchSince }: RunPlace, status: RunSummary['status'], { now }: Around): string =>
  outOfTouchSince === null || !isActive(status)
    ? ''
    : `, out of touch since ${clock(outOfTouchSince, now)}: its numbers may be older`

/** "Slurm job 1234_7, PENDING (Resources)": state and reason as Slurm says them. */
const slurmWords = ({ job, state, reason }: NonNullable<RunPlace['slurm']>): string =>
  `Slurm job ${job}, ${state}${reason === null || reason === '' || reason === 'None' ? '' : ` (${reason})`}`

const failureWords = (failures: number): string =>
  failures === 1 ? 'after 1 attempt that failed' : `after ${failures} attempts that failed`

/** Its turn, from 1, among the queued runs that are offered to the same workers. */
export function turnOf(run: Placed, placement: Placement, runs: readonly Placed[]): number {
  const place = run.queuePlace ?? 0
  const rivals = runs.filter(
    ({ id, status, queuePlace, place: other }) =>
      id !== run.id &&
      status === 'queued' &&
      other !== null &&
      isSamePlacement(other.placement, placement) &&
      (queuePlace ?? 0) < place,
  )
  return rivals.length + 1
}

const isSamePlacement = (a: Placement | null, b: Placement | null): boolean =>
  a?.at === b?.at && (a?.at === 'worker' ? a.workerId : '') === (b?.at === 'worker' ? b.workerId : '')

/** "1st", "2nd", "3rd", "11th" */
export function ordinal(count: number): string {
  const teens = count % 100 >= 11 && count % 100 <= 13
  const ends = ['th', 'st', 'nd', 'rd'] as const
  return `${count}${teens ? 'th' : (ends[count % 10] ?? 'th')}`
}

/** Later than a worker in touch speaks, so that a curve that stands still is not taken for a frozen one. */
const quiet = 15_000

/**
 * "last heard 40 s ago" of a run that trains on a worker; undefined while it speaks as often as it should.
 * @param seenAt when its worker last spoke for itself, where that is known
 */
export function heardWords(run: Placed, seenAt: number | null, now: number): string | undefined {
  const { place, status } = run
  if (place === null || !isActive(status) || place.worker === null) return undefined
  const last = Math.max(place.contactAt ?? 0, place.outOfTouchSince === null ? (seenAt ?? 0) : 0)
  if (last === 0 || now - last < quiet) return undefined
  return `last heard ${sinceWords(now - last)} ago`
}
