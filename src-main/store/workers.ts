import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { show, UserError } from '../../shared/errors.ts'
import { workerAbout } from '../../shared/worker/protocol.ts'
import type { Db } from './database.ts'
import {
  adoptPlaced,
  claimPlaced,
  lastSeqOfEnded,
  offerableRuns,
  offerableStamp,
  placedAttempt,
  placedAttempts,
  placeRun,
  putSilent,
  queueAgain,
  releasePlaced,
  requeue,
  setSlurmJob,
  silentRuns,
  takeBack,
  touch,
  withdraw,
} from './placements.ts'
import { json } from './rows.ts'
import { newWorkerId } from './runIds.ts'
import type { WriteContext } from './runWrites.ts'
import { putWorkerSettings, readWorkerSettings } from './settings.ts'
import type { WorkerRecord, WorkerStore } from './types.ts'

/* Machines that train runs of this lab. Tokens and codes are known by their digests alone. */

const workerRow = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['invited', 'joined', 'draining', 'out', 'removed']),
  reason: z.string().nullable(),
  protocol: z.number().nullable(),
  build: z.string().nullable(),
  /** What a newer program wrote of it is not needed to know the worker. */
  about: json(z.json())
    .nullable()
    .transform((about) => workerAbout.safeParse(about).data ?? null),
  invitedAt: z.number(),
  joinedAt: z.number().nullable(),
  seenAt: z.number().nullable(),
  failures: z.number(),
})
const WORKERS = `SELECT id, name, state, reason, protocol, build, about, invited_at AS invitedAt, joined_at AS joinedAt,
  seen_at AS seenAt, failures FROM workers`

/** Milliseconds: what a worker says of itself is not written more often where nothing else than its load changed. */
const SEEN_EVERY = 2_000

/** Where two of them differ, something has changed that a list shows. */
const lasting = (about: WorkerRecord['about']) => about && { ...about, load: null, diskFree: null }

/** @param transaction a write that other programs are told of; `quiet` one that none is */
export function createWorkers(
  context: WriteContext,
  transaction: <T>(work: () => T) => T,
  quiet: <T>(work: () => T) => T,
): WorkerStore {
  const { db, hosts, now } = context
  const find = (id: string): WorkerRecord | undefined => db.get(workerRow, `${WORKERS} WHERE id = ?`, id)
  return {
    list: () => db.all(workerRow, `${WORKERS} ORDER BY invited_at, id`),
    find,
    any: () => db.get(workerRow, `${WORKERS} WHERE state <> 'removed' LIMIT 1`) !== undefined,
    invite: (worker) => transaction(() => invite(context, worker)),
    inviteAgain: (id, code) =>
      transaction(() => {
        known(db, id)
        db.run(
          `UPDATE workers SET state = 'invited', reason = NULL, token_hash = NULL, code_hash = ?, code_until = ?, failures = 0
           WHERE id = ?`,
          code.codeHash,
          code.codeUntil,
          id,
        )
        return known(db, id)
      }),
    join: (codeHash, tokenHash, time) => transaction(() => join(db, codeHash, tokenHash, time)),
    byCode: (codeHash, time) =>
      db.get(
        workerRow,
        `${WORKERS} WHERE code_hash = ? AND code_until >= ? AND state <> 'removed'`,
        codeHash,
        time,
      ),
    byToken: (tokenHash) =>
      db.get(workerRow, `${WORKERS} WHERE token_hash = ? AND state <> 'removed'`, tokenHash),
    seen(id, said) {
      const before = find(id)
      if (before === undefined) return
      const isSame =
        before.protocol === said.protocol &&
        before.build === said.build &&
        isDeepStrictEqual(lasting(before.about), lasting(said.about))
      // Either way: the clock may have been set back since.
      if (isSame && Math.abs(now() - (before.seenAt ?? 0)) < SEEN_EVERY) return
      const put = isSame ? quiet : transaction
      put(() =>
        db.run(
          'UPDATE workers SET seen_at = ?, protocol = ?, build = ?, about = ? WHERE id = ?',
          now(),
          said.protocol,
          said.build,
          JSON.stringify(said.about),
          id,
        ),
      )
    },
    setState: (id, state, reason) =>
      transaction(() => {
        known(db, id)
        db.run('UPDATE workers SET state = ?, reason = ? WHERE id = ?', state, reason, id)
        if (state === 'joined') db.run('UPDATE workers SET failures = 0 WHERE id = ?', id)
        if (state === 'removed')
          db.run('UPDATE workers SET token_hash = NULL, code_hash = NULL WHERE id = ?', id)
      }),
    countFailure(id, isFailure) {
      if (!isFailure && known(db, id).failures === 0) return 0
      return transaction(() => {
        db.run('UPDATE workers SET failures = iif(?, failures + 1, 0) WHERE id = ?', Number(isFailure), id)
        return known(db, id).failures
      })
    },

    offerable: () => db.read(() => offerableRuns(db)),
    offerableStamp: () => db.read(() => offerableStamp(db)),
    placed: () => placedAttempts(db),
    placedAttempt: (runId) => placedAttempt(db, runId),
    lastSeqOfEnded: (key, workerId) => lastSeqOfEnded(db, key, workerId),
    claim: (runId, claimant) => transaction(() => claimPlaced(context, runId, claimant)),
    touch(keys, time) {
      if (keys.length === 0) return
      quiet(() => {
        if (touch(db, keys, time)) db.run('UPDATE lab SET version = version + 1')
      })
    },
    requeue: (key, why) => transaction(() => requeue(context, key, why)),
    takeBack: (key, workerId) => transaction(() => takeBack(context, key, workerId)),
    queueAgain: (runId, replan) => transaction(() => queueAgain(context, runId, replan)),
    adopt() {
      hosts.sweep()
      return transaction(() => adoptPlaced(context))
    },
    release: () => transaction(() => releasePlaced(context)),
    noteSilent(before) {
      // Asked often, and seldom is there one.
      if (silentRuns(context, before).length === 0) return []
      return transaction(() => {
        const silent = silentRuns(context, before)
        putSilent(context, before)
        return silent
      })
    },
    withdraw: (runId, reason) => transaction(() => withdraw(context, runId, reason)),
    place: (runId, placement) => transaction(() => placeRun(context, runId, placement)),
    setSlurmJob: (runId, job) => transaction(() => setSlurmJob(context, runId, job)),
    settings: () => readWorkerSettings(db),
    putSettings: (settings) => transaction(() => putWorkerSettings(context, settings)),
  }
}

function known(db: Db, id: string): WorkerRecord {
  const worker = db.get(workerRow, `${WORKERS} WHERE id = ?`, id)
  if (worker === undefined || worker.state === 'removed')
    throw new UserError(
      `While looking for worker ${show(id)}: there is none (any more); list the workers to see which there are.`,
    )
  return worker
}

function invite(
  { db, now }: WriteContext,
  { name, codeHash, codeUntil }: Parameters<WorkerStore['invite']>[0],
): WorkerRecord {
  if (name === 'any' || name === 'slurm' || name === 'here')
    throw new UserError(
      `While adding worker ${show(name)}: --on ${name} means something else already; give it another name.`,
    )
  if (db.get(workerRow, `${WORKERS} WHERE name = ? AND state <> 'removed'`, name) !== undefined)
    throw new UserError(
      `While adding worker ${show(name)}: another worker has this name; give this one another, or remove that one first.`,
    )
  let id = newWorkerId()
  while (db.get(workerRow, `${WORKERS} WHERE id = ?`, id) !== undefined) id = newWorkerId()
  db.run(
    `INSERT INTO workers (id, name, state, code_hash, code_until, invited_at) VALUES (?, ?, 'invited', ?, ?, ?)`,
    id,
    name,
    codeHash,
    codeUntil,
    now(),
  )
  return known(db, id)
}

function join(db: Db, codeHash: string, tokenHash: string, now: number): WorkerRecord | undefined {
  const worker = db.get(
    workerRow,
    `${WORKERS} WHERE code_hash = ? AND code_until >= ? AND state <> 'removed'`,
    codeHash,
    now,
  )
  if (worker === undefined) return undefined
  db.run(
    `UPDATE workers SET state = 'joined', reason = NULL, token_hash = ?, code_hash = NULL, code_until = NULL, joined_at = ?
     WHERE id = ?`,
    tokenHash,
    now,
    worker.id,
  )
  return known(db, worker.id)
}
