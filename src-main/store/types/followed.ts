import { z } from 'zod'
import type { RunElsewhere } from '../../../shared/run/elsewhere.ts'

/** A folder whose event files are read while other programs write them. */
export interface FollowedRecord {
  /** Absolute. */
  readonly path: string
  /** Of its run where it is one; null: runs are called as their folders. */
  readonly name: string | null
  readonly tagRoles: RunElsewhere['tagRoles']
  /** Milliseconds since 1970. */
  readonly since: number
  readonly hostId: string | null
  /** Whether the program that read it last still lives. */
  readonly isRead: boolean
  readonly problem: string | null
}

/** What the reader of event files has to remember of a run, so that pieces give what the whole gives. */
export const eventReading = z.strictObject({
  /** By file: the step of the first value of each series in it, which takes back what earlier files have from there on. */
  begun: z.record(z.string(), z.record(z.string(), z.number())).default({}),
  /** By file: the least step at which it says that its program began again, which takes back all series of its folder. */
  restarts: z.record(z.string(), z.number()).default({}),
})
export type EventReading = z.infer<typeof eventReading>
