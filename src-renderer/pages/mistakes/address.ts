import { z } from 'zod'
import { predictionMethods } from '../../../shared/ensemble/methods.ts'

/** Whose mistakes, on which part: one of snapshot, saved ensemble and members. */
export const mistakesSearch = z.object({
  snapshot: z.int().optional().catch(undefined),
  /** A saved ensemble, by its id. */
  saved: z.int().optional().catch(undefined),
  /** Snapshots that are combined, not saved. */
  members: z.array(z.int()).max(1000).optional().catch(undefined),
  /** Along the members, for a weighted average. */
  weights: z.array(z.number().nonnegative()).max(1000).optional().catch(undefined),
  method: z.enum(predictionMethods).optional().catch(undefined),
  /** Absent: test, or validation where there is no test part. */
  part: z.enum(['validation', 'test']).optional().catch(undefined),
})
export type MistakesAddress = z.infer<typeof mistakesSearch>
