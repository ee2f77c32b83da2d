import type { RunInfo } from '../../shared/api/runs.ts'
import { UserError } from '../../shared/errors.ts'
import type { Placement } from '../../shared/worker/placement.ts'
import { placeName } from '../../shared/worker/placeName.ts'
import type { Store } from '../store/types.ts'

/** "on gpu-box", or where it is to train as long as none has it: "any worker", "Slurm job 1234 (PENDING, Resources)". */
export function placeText(store: Pick<Store, 'workers'>, { place, status }: Placed): string {
  if (place === null) return 'here'
  if (place.worker !== null) return `on ${place.worker.name}`
  const { slurm, placement } = place
  if (slurm !== null)
    return `Slurm job ${slurm.job} (${[slurm.state, slurm.reason].filter(Boolean).join(', ')})`
  if (placement.at === 'slurm') return status === 'queued' ? 'Slurm to be given it' : 'by Slurm'
  if (placement.at === 'anyWorker') return 'any worker'
  const worker = store.workers.find(placement.workerId)
  const isGone = status === 'queued' && worker?.state === 'removed'
  return `worker ${worker?.name ?? placement.workerId}${isGone ? ', which was removed: give it another place with "queue place"' : ''}`
}

/** As a cell of a table. */
export function placeCell(store: Pick<Store, 'workers'>, run: Placed): string {
  const { kind, place } = run
  if (kind === 'elsewhere') return placeName(run)
  if (place === null) return 'here'
  if (place.worker !== null) return place.worker.name
  const { slurm, placement } = place
  if (slurm !== null) return `Slurm ${slurm.job}`
  if (placement.at === 'slurm') return 'Slurm'
  if (placement.at === 'anyWorker') return 'any worker'
  const worker = store.workers.find(placement.workerId)
  const name = worker?.name ?? placement.workerId
  return run.status === 'queued' && worker?.state === 'removed' ? `${name} (removed)` : name
}

type Placed = Pick<RunInfo, 'kind' | 'place' | 'status'>

/**
 * Where `--on` says that runs are to train.
 * @throws UserError where it names no worker of the lab, with those there are
 */
export function placementNamed({ workers }: Store, on: string | undefined): Placement | undefined {
  if (on === undefined) return undefined
  if (on === 'slurm') return { at: 'slurm' }
  const there = workers.list().filter(({ state }) => state !== 'removed')
  if (on === 'any' && there.length > 0) return { at: 'anyWorker' }
  const worker = there.find(({ name }) => name === on)
  if (worker !== undefined) return { at: 'worker', workerId: worker.id }
  const names = there.map(({ name }) => name)
  throw new UserError(
    `While reading --on: ${
      names.length === 0
        ? `this lab has no worker yet (received ${on}); add one with "anneal workers add NAME"`
        : `must be any, slurm or the name of a worker: ${names.join(', ')} (received ${on})`
    }.`,
  )
}

/** The same, or null for here. */
export const placementOrHere = (store: Store, on: string): Placement | null =>
  on === 'here' ? null : (placementNamed(store, on) ?? null)

export const onFlag = [
  '--on <where>',
  'train on another machine: any (whichever worker is free), the name of a worker, or slurm',
] as const
