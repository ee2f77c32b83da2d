import { z } from 'zod'
import { UserError } from '../../shared/errors.ts'
import { isActive, runStatus } from '../../shared/run/state.ts'
import { tagRole } from '../../shared/run/tagRoles.ts'
import { isWithin } from '../isWithin.ts'
import type { Db } from './database.ts'
import { putAbout } from './elsewhere.ts'
import type { Hosts } from './hosts.ts'
import { json } from './rows.ts'
import { putStatus, type WriteContext } from './runWrites.ts'
import type { FollowedRecord } from './types/followed.ts'

/* Folders that are followed. One program reads each: whoever would begin looks again under the write lock. */

const row = z.object({
  path: z.string(),
  name: z.string().nullable(),
  tagRoles: json(z.record(z.string(), tagRole)),
  since: z.number(),
  hostId: z.string().nullable(),
  problem: z.string().nullable(),
})
const SELECT =
  'SELECT path, name, tag_roles AS tagRoles, since, host_id AS hostId, problem FROM followed_folders'

/** In the order in which following began. */
export function listFollowed(db: Db, hosts: Hosts): FollowedRecord[] {
  return db
    .all(row, `${SELECT} ORDER BY since, path`)
    .map((each) => ({ ...each, isRead: each.hostId !== null && hosts.isAlive(each.hostId) }))
}

/**
 * Following a folder again gives it the name and the roles of tags that are said now.
 * @throws UserError where another living program follows it, or one of its folders or of those around it is followed
 */
export function follow(
  { db, hosts, now }: WriteContext,
  { path: asked, name, tagRoles }: Pick<FollowedRecord, 'path' | 'name' | 'tagRoles'>,
): void {
  for (const known of listFollowed(db, hosts)) {
    if (known.path === asked) {
      if (known.isRead && known.hostId !== hosts.id)
        throw new UserError(
          `While following ${asked}: another open Anneal of this lab follows it already; its runs are in the list of runs.`,
        )
    } else if (isWithin(asked, known.path))
      throw new UserError(
        `While following ${asked}: it is followed already, as part of ${known.path}; its runs are in the list of runs.`,
      )
    else if (isWithin(known.path, asked))
      throw new UserError(
        `While following ${asked}: ${known.path} in it is followed already; stop following that first.`,
      )
  }
  db.run(
    `INSERT INTO followed_folders (path, name, tag_roles, since, host_id) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (path) DO UPDATE SET name = excluded.name, tag_roles = excluded.tag_roles, host_id = excluded.host_id,
       problem = NULL`,
    asked,
    name,
    JSON.stringify(tagRoles),
    now(),
    hosts.id,
  )
}

/** @returns whether this host reads it from now on; false where it is no longer followed, or another living program reads it */
export function takeUpFollowed({ db, hosts }: WriteContext, followed: string): boolean {
  const known = listFollowed(db, hosts).find((each) => each.path === followed)
  if (known === undefined || (known.isRead && known.hostId !== hosts.id)) return false
  db.run('UPDATE followed_folders SET host_id = ? WHERE path = ?', hosts.id, followed)
  return true
}

const followedRun = z.object({
  id: z.string(),
  status: runStatus,
  hostId: z.string().nullable(),
  path: z.string(),
  isFollowed: z.number().nullable(),
})

/** Its runs that another living program reads are for that to end, which does the same when it finds that the row is gone. */
export function unfollow(context: WriteContext, followed: string): void {
  const { db, hosts } = context
  db.run('DELETE FROM followed_folders WHERE path = ?', followed)
  const runs = db.all(
    followedRun,
    `SELECT id, status, host_id AS hostId, json_extract(elsewhere, '$.path') AS path,
       json_extract(elsewhere, '$.followed') AS isFollowed
     FROM runs WHERE kind = 'elsewhere' AND deleted_at IS NULL`,
  )
  for (const { id, status, hostId, path: at, isFollowed } of runs) {
    if (!isWithin(at, followed)) continue
    if (isFollowed === 1) putAbout(db, id, { followed: false, followedSince: null })
    const isOthers = hostId !== null && hostId !== hosts.id && hosts.isAlive(hostId)
    if (isActive(status) && !isOthers)
      putStatus(context, id, 'stopped', 'It is no longer followed; the same import goes on with it.')
  }
}

export function putFollowedProblem({ db }: WriteContext, followed: string, problem: string | null): void {
  db.run('UPDATE followed_folders SET problem = ? WHERE path = ?', problem, followed)
}
