import { workerData } from 'node:worker_threads'
import type { HostWatch } from './hostWatch.ts'

/* The thread of hostWatch.ts. */

const lookEvery = 1000
const { hostPid }: HostWatch = workerData

/** An orphan gets another parent; on Windows it keeps the number of the one that is gone. */
function hostLives(): boolean {
  if (process.ppid !== hostPid) return false
  if (process.platform !== 'win32') return true
  try {
    return process.kill(hostPid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

setInterval(() => {
  // A thread cannot end its process in any gentler way while the main thread computes.
  if (!hostLives()) process.kill(process.pid, 'SIGKILL')
}, lookEvery)
