import { z } from 'zod'

const milliseconds = z.number().positive()

/** Milliseconds. The host hands them to its workers, so that both go by the same. */
export const workerTimings = z.strictObject({
  /** A worker that has nothing to say asks again after it has waited that long for orders. */
  attend: milliseconds,
  /** Silent for longer, a worker is out of touch. */
  outOfTouch: milliseconds,
  /** Out of touch for longer, its runs get a new attempt: the user's setting. */
  patience: milliseconds,
  /** Between two tries to reach a host or a queue that is away. */
  retry: milliseconds,
  /** Between two pushes of what the spool holds; live curves wait that long. */
  push: milliseconds,
  /** Of the queue: how long an offer stays with a worker that no longer renews it. */
  lease: milliseconds,
  /** Between two looks of the queue for leases that are over. */
  stalled: milliseconds,
  /** Between two comparisons of the store with the queue. */
  reconcile: milliseconds,
  /** An offer that cannot be taken now comes back after that. */
  offerAgain: milliseconds,
})
export type WorkerTimings = z.infer<typeof workerTimings>

export const usualPatience = 30 * 60_000

/** @param clock below 1: all of it goes by so much faster, as for a test of hours */
export function timingsOf(patience = usualPatience, clock = 1): WorkerTimings {
  const usual: WorkerTimings = {
    attend: 20_000,
    outOfTouch: 45_000,
    patience,
    retry: 2_000,
    push: 250,
    lease: 30_000,
    stalled: 15_000,
    reconcile: 5_000,
    offerAgain: 5_000,
  }
  // What a user sees move is quick already.
  const scaled = Object.entries(usual).map(([name, value]) => [name, name === 'push' ? value : value * clock])
  return workerTimings.parse(Object.fromEntries(scaled))
}
