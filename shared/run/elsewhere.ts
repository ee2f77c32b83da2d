import { z } from 'zod'

/** Where a run that another program trained came from. Its kind is "elsewhere"; its spec and plan only stand in. */
export const runElsewhere = z.strictObject({
  /** tensorboard: event files. predictions: files of probabilities or logits, one a member. */
  from: z.enum(['tensorboard', 'predictions']),
  /** The file or folder it was read from, as the user gave it. */
  path: z.string(),
  /** Whether the lab goes on reading it while another program writes it. */
  followed: z.boolean().default(false),
  /** What its program said of its settings. */
  hyperparameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** Of predictions without a data set of the lab: SHA-256 of the labels, by which runs are told to have answered the same. */
  labels: z.string().optional(),
})
export type RunElsewhere = z.infer<typeof runElsewhere>

/** The row of the data sets that stands in for data which are not in the lab. */
export const ELSEWHERE_DATASET = 'elsewhere'
