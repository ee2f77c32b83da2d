import { z } from 'zod'
import { type TagRole, tagRole } from '../run/tagRoles.ts'

/** What is kept to look at of one log, at most; what a log has beyond is counted. */
export const MOST_TAGS_SHOWN = 300

export const logPath = z.strictObject({
  path: z.string().trim().min(1, 'must name a file or folder').max(4096),
})

/** Event files of TensorBoard on the disk of the host: one run a folder. */
export const importLog = logPath.extend({
  /** Of a single run; else runs are called as their folders. */
  name: z.string().trim().min(1, 'must not be empty').max(200, 'must be at most 200 characters').optional(),
  /** Whether the host goes on reading while the other program writes. */
  follow: z.boolean().default(false),
  /** What tags are of, where their names do not say it: by tag, or by folder and tag. */
  tagRoles: z.record(z.string().max(2000), tagRole).default({}),
})
export type ImportLog = z.output<typeof importLog>

/** A series of a log. */
export interface LogTag {
  /** With the folder of its part in front, where it stands in one: "train/epoch_loss". */
  readonly name: string
  readonly points: number
  readonly firstStep: number
  readonly lastStep: number
  /** Milliseconds since 1970. */
  readonly lastWallTime: number
  /** null: not finite. */
  readonly lastValue: number | null
  /** What its name says, or the user said at an import before. */
  readonly role: TagRole
}

/** A run that a log holds. */
export interface LogRun {
  /** As its folder is called, from the one that was given on. */
  readonly name: string
  readonly folder: string
  readonly files: number
  readonly bytes: number
  /** The run it was read into before: what is new of it is added to that. */
  readonly known: { readonly id: string; readonly name: string; readonly isFollowed: boolean } | null
  readonly tags: readonly LogTag[]
  /** Tags beyond those in `tags`. */
  readonly moreTags: number
  readonly hyperparameters: Readonly<Record<string, string | number | boolean>>
  /** Milliseconds since 1970; null where there are no events. */
  readonly lastEventAt: number | null
  /** What is damaged or left out, a sentence each. */
  readonly notes: readonly string[]
}

export interface LogProgress {
  readonly type: 'progress'
  /** Of the event files, bytes. */
  readonly done: number
  readonly total: number
}

export type LogPreviewStep = LogProgress | { readonly type: 'done'; readonly runs: readonly LogRun[] }

/** What became of one run of a log. */
export interface ImportedLogRun {
  readonly id: string
  readonly name: string
  /** new; grown: what came since is added; same: nothing came since; followed: it is being followed and was left alone. */
  readonly outcome: 'new' | 'grown' | 'same' | 'followed'
  /** It has steps below this: before, and now. */
  readonly stepsBefore: number
  readonly steps: number
  readonly notes: readonly string[]
}

/** Ending the subscription cancels the import: runs that it made go, and those it added to stay as they were read so far. */
export type LogImportStep = LogProgress | { readonly type: 'done'; readonly runs: readonly ImportedLogRun[] }
