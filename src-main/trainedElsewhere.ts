import { UserError } from '../shared/errors.ts'
import { commandWords, type TrainerCommand } from '../shared/run/messages.ts'
import { isActive } from '../shared/run/state.ts'
import type { RunRecord } from './store/types.ts'

/* What a run of another program cannot do here, in the same words at every door. */

/** @param words as in "While resuming run mwt" @throws UserError for a run whose state is not in the lab */
export function refuseElsewhere({ kind }: Pick<RunRecord, 'kind'>, words: string): void {
  if (kind !== 'elsewhere') return
  throw new UserError(
    `${words}: it was trained by another program, and nothing is here to go on from; train it on there, or start a new run.`,
  )
}

/** @throws UserError for a run whose trainer is not one of Anneal's */
export function refuseCommandElsewhere(
  { id, kind }: Pick<RunRecord, 'id' | 'kind'>,
  command: TrainerCommand['type'],
): void {
  if (kind !== 'elsewhere') return
  throw new UserError(
    `While asking run ${id} to ${commandWords[command]}: another program trains it, which takes no commands from here; ask that program. Reading its files is ended by "anneal import tensorboard PATH --stop".`,
  )
}

/** @throws UserError where one was trained by another program, whose weights are not in the lab */
export function refuseWeightless(
  doing: string,
  runs: readonly Pick<RunRecord, 'id' | 'kind' | 'elsewhere'>[],
): void {
  const stray = runs.find(({ kind }) => kind === 'elsewhere')
  if (stray === undefined) return
  const has = stray.elsewhere?.from === 'tensorboard' ? 'curves' : 'predictions'
  throw new UserError(
    `While ${doing}: run ${stray.id} was trained by another program, and only its ${has} are in the lab, no weights; choose snapshots of runs that were trained here.`,
  )
}

type Bare = Pick<RunRecord, 'id' | 'kind' | 'status' | 'elsewhere'>

/** Why a run has no snapshots, and what to do about it. */
export function whyNoSnapshots({ id, kind, status, elsewhere }: Bare): string {
  if (elsewhere !== null)
    return `run ${id} was trained elsewhere: its logs have no snapshots and no predictions; import its predictions ("anneal import predictions", or Import… in the window), which can be combined`
  if (kind === 'rateTest') return `run ${id} is a range test, which takes no snapshots; choose a training run`
  if (status === 'queued' || isActive(status))
    return `run ${id} has no snapshots yet; they are taken at the ends of cycles`
  return `run ${id} is ${status} and took no snapshots; they are taken at the ends of cycles`
}

/** @throws UserError where a run has no snapshots */
export function refuseBare(doing: string, run: Bare, snapshots: readonly unknown[]): void {
  if (snapshots.length === 0) throw new UserError(`While ${doing}: ${whyNoSnapshots(run)}.`)
}
