import { z } from 'zod'
import type { TagRole } from '../run/tagRoles.ts'

/** What is kept to look at of one log, at most; what a log has beyond is counted. */
export const MOST_TAGS_SHOWN = 300

export const logPath = z.strictObject({
  path: z.string().trim().min(1, 'must name a file or folder').max(4096),
})

/** A series of a log. */
export interface LogTag {
  /** With the folder of its part in front, where it stands in one: "train/epoch_loss". */
  readonly name: string
  readonly points: number
  readonly firstStep: number
  readonly lastStep: number
  /** Milliseconds since 1970; 0 where it is told by no event. */
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
  /** grown: what came since is added; same: nothing came since. */
  readonly outcome: 'new' | 'grown' | 'same'
  /** It has steps below this: before, and now. */
  readonly stepsBefore: number
  readonly steps: number
  readonly notes: readonly string[]
}

/** Ending the subscription cancels the import: runs that it made go, and those it added to stay as they were read so far. */
export type LogImportStep = LogProgress | { readonly type: 'done'; readonly runs: readonly ImportedLogRun[] }
