import type { FollowedFolder } from '../../../shared/api/eventFiles.ts'
import type { RunElsewhere } from '../../../shared/run/elsewhere.ts'
import { counted, duration, moment, unknown } from '../../format/format.ts'

/** Seconds without an event from which on that is what is said first. */
const QUIET = 600

interface FollowWords {
  /** "followed since 2026-11-30 14:02"; undefined where it is not. */
  readonly followed: string | undefined
  /** "last event 12 s ago", "no event for 25 m". */
  readonly lastEvent: string
  /** What is wrong with the following, or that nobody does it now. */
  readonly problem: string | undefined
}

/** What is to be known of the following of a run. @param folder that is followed; undefined where none is, or not known yet */
export function followWords(
  { followed, followedSince, lastEventAt }: Pick<RunElsewhere, 'followed' | 'followedSince' | 'lastEventAt'>,
  folder: FollowedFolder | undefined,
  now: number,
): FollowWords {
  return {
    followed: followed && followedSince !== null ? `followed since ${moment(followedSince)}` : undefined,
    lastEvent: lastEventWords(lastEventAt, followed, now),
    problem: followed ? problemOf(folder) : undefined,
  }
}

function lastEventWords(at: number | null, isFollowed: boolean, now: number): string {
  if (at === null) return 'no event yet'
  if (!isFollowed) return `last event ${moment(at)}`
  // The clock of another machine may be ahead.
  const seconds = Math.max(0, Math.floor((now - at) / 1000))
  return seconds >= QUIET ? `no event for ${duration(seconds)}` : `last event ${duration(seconds)} ago`
}

function problemOf(folder: FollowedFolder | undefined): string | undefined {
  if (folder === undefined) return undefined
  if (folder.problem !== null) return folder.problem
  return folder.isRead ? undefined : 'Nobody reads it now; an open Anneal takes it up within seconds.'
}

/** What ending it ends. */
export const unfollowWords = ({ path, runs }: FollowedFolder): string =>
  `Ends the following of ${path}: ${runs === 0 ? unknown : counted(runs, 'run')}. What was read stays.`
