import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { queuePrefix } from '../../shared/worker/queues.ts'
import { connectToQueue } from '../../src-main/workerLink/queueConnection.ts'
import { ownAccess, readQueueFile } from '../../src-main/workers/queueFile.ts'
import type { Agent } from './agents.ts'

/**
 * What is left of a run, or of all runs, that should not be there once they have ended: in words, empty where nothing is. Of a
 * single run that says nothing of trainers: which run one trains, no list of processes tells.
 */
export async function leftOf(home: string, agents: readonly Agent[], runId?: string): Promise<string[]> {
  const isOf = (name: string): boolean => runId === undefined || name.startsWith(runId)
  const blobs = filesIn(path.join(home, 'workers', 'blobs')).filter(isOf)
  const spools = agents.flatMap(({ name, folder }) =>
    filesIn(path.join(folder, 'spool'))
      .filter(isOf)
      .map((file) => `spool of ${name}: ${file}`),
  )
  const trainers =
    runId !== undefined
      ? []
      : agents.flatMap(({ name, trainers: of }) => of().map((pid) => `trainer of ${name}: process ${pid}`))
  const offers = (await offersIn(home)).filter(isOf)
  return [
    ...blobs.map((file) => `blob of the host: ${file}`),
    ...spools,
    ...trainers,
    ...offers.map((id) => `offer of the queue: ${id}`),
  ]
}

/** Paths within the folder. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
  } catch {
    return ['something that went just now']
  }
}

/** Ids of the queue's jobs, in whatever state: all, or those that wait for their time. */
export async function offersIn(home: string, of?: 'delayed'): Promise<string[]> {
  const queue = readQueueFile(home)
  if (queue === undefined) return []
  const redis = connectToQueue(ownAccess(queue), 50)
  try {
    const keys = await redis.keys(`${queuePrefix}:anneal-p*:${of ?? '*-*'}`)
    if (of !== undefined) return (await Promise.all(keys.map((key) => redis.zrange(key, 0, -1)))).flat()
    const ids = keys.map((key) => /:([a-z0-9]+-\d+)$/.exec(key)?.[1])
    return ids.filter((id) => id !== undefined)
  } finally {
    redis.disconnect()
  }
}
