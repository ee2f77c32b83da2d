import { z } from 'zod'

/*
 * Lineage: a run that began with the model of another one. The parent may be deleted later; what is told here stays true.
 *
 *   branch    goes on from the parent's state (weights, optimizer state, normalisation statistics, place in the stream of
 *             batches) with a schedule, budget, optimizer settings or seed of its own. With the parent's own rest of a
 *             schedule it gives the parent's bits.
 *   fineTune  takes the weights alone, for other data of the same shape.
 *   again     takes nothing: the same spec with another seed. Of a run that began with another one's state the repetition does
 *             so too, and is told as that run is: a branch of the same parent.
 */
export const originKind = z.enum(['branch', 'fineTune', 'again'])
export type OriginKind = z.infer<typeof originKind>

export const runOrigin = z.strictObject({
  kind: originKind,
  runId: z.string(),
  /** What the parent was called when the run was made: it is told when the parent is gone. */
  runName: z.string().default(''),
  /** Steps that the parent had done in the state taken; 0 for `again`. */
  stepsDone: z.int().min(0),
  /**
   * Of the weights taken, so that the child can be told from one of other weights; null for `again`, and as long as the
   * parent has not got that far.
   */
  weightsSha256: z.string().nullable(),
  /**
   * Steps of the stream of batches (and of all that is drawn by step) that its ancestors have used together: its own step 0
   * goes on there. Kept here, since they may be deleted. 0 for `fineTune` and `again`, which begin a stream of their own.
   */
  streamFrom: z.int().min(0).default(0),
})
export type RunOrigin = z.infer<typeof runOrigin>

/** What is needed of a run to say where its children begin. */
interface Parent {
  readonly id: string
  readonly name: string
  readonly origin: RunOrigin | null
}

/**
 * The origin of a run that begins with the state its parent has after so many steps.
 * @param weightsSha256 null where that state is not there yet
 */
export function originOf(
  kind: OriginKind,
  parent: Parent,
  stepsDone: number,
  weightsSha256: string | null,
): RunOrigin {
  const parentIs = { kind, runId: parent.id, runName: parent.name }
  if (kind === 'again') return { ...parentIs, stepsDone: 0, weightsSha256: null, streamFrom: 0 }
  const streamFrom = kind === 'branch' ? (parent.origin?.streamFrom ?? 0) + stepsDone : 0
  return { ...parentIs, stepsDone, weightsSha256, streamFrom }
}
