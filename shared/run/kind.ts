import { z } from 'zod'

/** training: what a lab is about. rateTest: a range test, never counted as a training result. */
export const runKind = z.enum(['training', 'rateTest'])
export type RunKind = z.infer<typeof runKind>
