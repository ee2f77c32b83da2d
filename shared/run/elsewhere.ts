import { z } from 'zod'
import { tagRole } from './tagRoles.ts'

const setting = z.union([z.string(), z.number(), z.boolean()])

/** How far a file has been read: the next record begins at `offset`. */
const readFile = z.strictObject({
  /** Relative to the run's path. */
  name: z.string(),
  /** Tells it from another file that takes its place. */
  inode: z.string(),
  offset: z.number(),
})
export type ReadFile = z.infer<typeof readFile>

/** Where a run that another program trained came from. Its kind is "elsewhere"; its spec and plan only stand in. */
export const runElsewhere = z.strictObject({
  /** tensorboard: event files. predictions: files of probabilities or logits, one a member. */
  from: z.enum(['tensorboard', 'predictions']),
  /** The file or folder it was read from, as the user gave it. */
  path: z.string(),
  /** Whether the lab goes on reading it while another program writes it. */
  followed: z.boolean().default(false),
  /** Since when, milliseconds since 1970; null where it is not followed. */
  followedSince: z.number().nullable().default(null),
  /** What its first event file says of the code that wrote it; null where it says nothing. */
  writer: z.string().nullable().default(null),
  /** What its program said of its settings. */
  hyperparameters: z.record(z.string(), setting).default({}),
  /** Of predictions without a data set of the lab: SHA-256 of the labels, by which runs are told to have answered the same. */
  labels: z.string().optional(),
  /** What the user said tags are of, where their names do not say it. */
  tagRoles: z.record(z.string(), tagRole).default({}),
  /** By what they are: the series, by folder and tag, that stand for the rate, the losses and the accuracies. */
  holders: z.partialRecord(tagRole, z.string()).default({}),
  /** Event files that belong to the run, and how far each is read. */
  files: z.array(readFile).default([]),
  /** Wall time of the last event read, milliseconds since 1970; null before there is one. */
  lastEventAt: z.number().nullable().default(null),
  /** What was left out or damaged, a sentence each. */
  notes: z.array(z.string()).default([]),
})
export type RunElsewhere = z.infer<typeof runElsewhere>

/** The program that wrote event files, as far as they say it, and the machine it ran on; null where they do not. */
export function writtenBy({ writer, files }: Pick<RunElsewhere, 'writer' | 'files'>): {
  readonly program: string | null
  readonly host: string | null
} {
  const [first] = files
  const host =
    first && /(?:^|[\\/])events\.out\.tfevents\.\d+\.(.+?)(?:\.\d+\.\d+)?(?:\.v2)?$/.exec(first.name)?.[1]
  return { program: writer === null ? null : (programs[writer] ?? writer), host: host ?? null }
}

/** What event files say of the code that wrote them, and who uses that. */
const programs: Readonly<Record<string, string>> = {
  'tensorboard.summary.writer.event_file_writer': "tensorboard's writer, as of PyTorch",
  'tensorflow.core.util.events_writer': 'TensorFlow or Keras',
}

/** The row of the data sets that stands in for data which are not in the lab. */
export const ELSEWHERE_DATASET = 'elsewhere'

/** Steps are stored in 32 bits. */
export const MOST_STEP = 2 ** 32 - 2
