import { workerData } from 'node:worker_threads'
import type { HostWatch } from './hostWatch.ts'

/* The thread of hostWatch.ts. */

const lookEvery = 1000
const { hostPid }: HostWatch = workerData

/**
 * An orphan gets another parent: that tells of a death even while the dead host's number is still taken. On Windows an
 * orphan keeps the number of its parent.
 */
const isTold = process.ppid === hostPid && process.platform !== 'win32'

function hostLives(): boolean {
  if (isTold) return process.ppid === hostPid
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
