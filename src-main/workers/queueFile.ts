import { createHmac, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { parseOrExplain } from '../../shared/errors.ts'
import { type QueueAccess, sha256 } from '../../shared/worker/protocol.ts'
import { replaceFile } from '../replaceFile.ts'
import type { PinnedQueue } from '../workerLink/queueConnection.ts'

/*
 * What `anneal workers serve-queue` leaves for the programs of this lab: <home>/workers/queue/queue.json, readable by its
 * owner alone. It stays when the queue stops: then offers wait for it.
 */

const kept = z.strictObject({
  /** How programs of this machine reach it. */
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
  /** Of Redis's default user, who may do everything. */
  password: z.string().min(32),
  /** Of its certificate. */
  pin: sha256,
})
export type QueueFile = z.infer<typeof kept>

export const queueFolder = (home: string): string => path.join(home, 'workers', 'queue')
const fileIn = (home: string): string => path.join(queueFolder(home), 'queue.json')

/**
 * @returns undefined where no queue was ever served
 * @throws UserError for a file that was changed by hand to what it cannot be
 */
export function readQueueFile(home: string): QueueFile | undefined {
  const file = fileIn(home)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  return parseOrExplain(kept, value, `reading ${file}, which anneal workers serve-queue writes`)
}

/** The password stays the same, since workers' own are made from it. */
export function writeQueueFile(home: string, where: Omit<QueueFile, 'password'>): QueueFile {
  const written = { ...where, password: readQueueFile(home)?.password ?? randomBytes(32).toString('hex') }
  mkdirSync(queueFolder(home), { recursive: true, mode: 0o700 })
  replaceFile(fileIn(home), JSON.stringify(written))
  return written
}

/** As this lab's own programs reach the queue. */
export const ownAccess = ({ host, port, password, pin }: QueueFile): PinnedQueue => ({
  host,
  port,
  username: 'default',
  password,
  pin,
})

/** A worker as the queue knows it. */
export interface QueueUser {
  readonly id: string
  /** With each joining it gets another password. */
  readonly joinedAt: number | null
}

export const userName = (workerId: string): string => `worker-${workerId}`

/** Made from the queue's own, so that it need not be kept and comes out the same after the queue has lost all. */
export const userPassword = ({ password }: QueueFile, { id, joinedAt }: QueueUser): string =>
  createHmac('sha256', password).update(`${id} ${joinedAt}`).digest('hex')

/** @param host how the worker reaches this machine */
export const accessOf = (queue: QueueFile, worker: QueueUser, host: string): QueueAccess => ({
  host,
  port: queue.port,
  username: userName(worker.id),
  password: userPassword(queue, worker),
})
