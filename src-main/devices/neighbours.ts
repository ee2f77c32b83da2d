import { setTimeout } from 'node:timers/promises'
import { UserError } from '../../shared/errors.ts'
import { cancelled } from '../process/noAnswer.ts'

/** Runs of the lab: one that trains disturbs what is measured, and is disturbed by it. Devices know no runs themselves. */
export interface Neighbours {
  /** One that trains now. @param asking is not meant */
  training(asking?: string): string | undefined
  /** One for which another program measures, or waits to. @param before only those that came before this one */
  measuringElsewhere(before?: string): string | undefined
  /** @returns tells of one that has trained from now until then */
  watch(asking?: string): () => string | undefined
  /** Where another program has died, its runs are none any more. */
  sweep(): void
}

/** Of a program without a database. */
export const noNeighbours: Neighbours = {
  training: () => undefined,
  measuringElsewhere: () => undefined,
  watch: () => () => undefined,
  sweep: () => undefined,
}

const lookEvery = 250
/** Milliseconds after which another program is not waited for any more: all of its devices have had their time. */
const longestElsewhere = 120_000

/** Waits while devices are measured in another program, for runs that came before this one. */
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

/** @throws UserError */
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
