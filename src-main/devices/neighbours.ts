import { setTimeout } from 'node:timers/promises'
import { UserError } from '../../shared/errors.ts'
import { cancelled } from '../process/noAnswer.ts'

/**
 * What this module asks about the runs of the lab. A run that trains slows down what is measured, and is slowed down by it.
 */
export interface Neighbours {
  /** The id of a run that trains now. @param asking the id of a run that does not count */
  training(asking?: string): string | undefined
  /** The id of a run for which another program measures or waits to measure. @param before only runs created before this one count */
  measuringElsewhere(before?: string): string | undefined
  /** Begins to watch for training. @returns gives the id of a run that has trained since */
  watch(asking?: string): () => string | undefined
  /** Marks the runs of programs that have died as interrupted. */
  sweep(): void
}

/** For a command without a database. */
export const noNeighbours: Neighbours = {
  training: () => undefined,
  measuringElsewhere: () => undefined,
  watch: () => () => undefined,
  sweep: () => undefined,
}

const lookEvery = 250
/** Milliseconds. By then another program has measured all of its devices, or hangs: it is not waited for any longer. */
const longestElsewhere = 120_000

/** Waits while another program measures devices for a run created before `run`. @throws NoAnswer when `signal` is aborted */
export async function nobodyElsewhere(
  { measuringElsewhere, sweep }: Neighbours,
  run: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const until = Date.now() + longestElsewhere
  while (measuringElsewhere(run) !== undefined && Date.now() < until) {
    try {
      await setTimeout(lookEvery, undefined, { signal })
    } catch {
      throw cancelled()
    }
    sweep()
  }
}

/** @throws UserError while a run trains, or another program measures */
export function refuseWhileUsed({ training, measuringElsewhere, sweep }: Neighbours): void {
  sweep()
  const run = training()
  const other = measuringElsewhere()
  if (run === undefined && other === undefined) return
  const what = run === undefined ? `devices are being measured for run ${other}` : `run ${run} trains now`
  throw new UserError(
    `While measuring devices: ${what}, and the two would slow each other down; measure when it has ended.`,
  )
}
