import { z } from 'zod'

/*
 * Lineage: a run that began with the model of another one. The parent may be deleted later; what is told here stays true.
 *
 *   branch    goes on from the parent's state (weights, optimizer state, normalisation statistics, place in the stream of
 *             batches) with a schedule, budget, optimizer settings or seed of its own. With the parent's own rest of a
 *             schedule it gives the parent's bits.
 *   fineTune  takes the weights alone, for other data of the same shape.
 *   again     takes nothing: the same spec with another seed.
 */
export const originKind = z.enum(['branch', 'fineTune', 'again'])
export type OriginKind = z.infer<typeof originKind>

export const runOrigin = z.strictObject({
  kind: originKind,
  runId: z.string(),
  /** Steps that the parent had done in the state taken; 0 for `again`. */
  stepsDone: z.int().min(0),
  /** Of the weights taken, so that the child can be told from one of other weights; null for `again`. */
  weightsSha256: z.string().nullable(),
})
export type RunOrigin = z.infer<typeof runOrigin>
