import { writeSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'

/*
 * Looks at the memory of its process while the main thread is inside SQLite, which sets no limit of its own here, and kills
 * the process when that is too much. The host learns why from the last line of its standard error.
 */

const { megabytes } = z.strictObject({ megabytes: z.number() }).parse(workerData)

/** Milliseconds: in so long a process can fill a few ten MiB. */
const often = 10

setInterval(() => {
  if (process.memoryUsage.rss() <= megabytes * 2 ** 20) return
  writeSync(2, '\ntoo much memory\n')
  process.kill(process.pid, 'SIGKILL')
}, often)

parentPort?.postMessage('watching')
