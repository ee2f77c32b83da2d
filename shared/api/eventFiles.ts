import { z } from 'zod'
import { tagRole } from '../run/tagRoles.ts'

/** Event files of TensorBoard, to be read as runs: one a folder, with its folders train, validation and test. */
export const importEventFiles = z.strictObject({
  /** An event file, or a folder with some in it or in folders of it. */
  path: z.string().min(1, 'must name a file or a folder').max(4096),
  /** Of its run, where it is one; else runs are called as their folders. */
  name: z.string().trim().min(1, 'must not be empty').max(200, 'must be at most 200 characters').optional(),
  /** Whether to go on reading while other programs write, new folders too, until `unfollow`. */
  follow: z.boolean().default(false),
  /** What tags are of, where their names do not say it. */
  tagRoles: z.record(z.string().min(1).max(1000), tagRole).default({}),
})
export type ImportEventFiles = z.input<typeof importEventFiles>

/** A followed folder, or one in it: following ends for all of it. */
export const unfollowFolder = z.strictObject({ path: z.string().min(1).max(4096) })

/** A folder that is followed while other programs write event files to it. */
export interface FollowedFolder {
  /** Absolute. */
  readonly path: string
  /** Milliseconds since 1970. */
  readonly since: number
  /** Whether a program that is open reads it now: this one, another window, or a command. */
  readonly isRead: boolean
  /** Why it cannot be read at present, a sentence; null where it can. */
  readonly problem: string | null
  /** Runs that it has become so far. */
  readonly runs: number
}
