import { Worker } from 'node:worker_threads'

/*
 * A trainer or a job does not outlive its host, whatever it computes:
 *
 *   main thread   computes; where it comes to its messages, it sees that the channel to the host is closed, and ends at once
 *   watch thread  looks once a second whether the host lives, and kills the process: also while the main thread never
 *                 comes to its messages, in a loop without end or in a driver that hangs
 */

/** What the thread is given. */
export interface HostWatch {
  readonly hostPid: number
}

/** To be called once, as the process begins. @returns lets the channel be closed without ending the process */
export function endWithHost(): () => void {
  // The host says its own: it may be gone already, and then the parent is another.
  const workerData: HostWatch = { hostPid: Number(process.argv[2] ?? process.ppid) }
  const watch = new Worker(new URL('./hostWatchThread.ts', import.meta.url), { workerData })
  // The process may end while the thread looks.
  watch.unref()
  const abandoned = (): never => process.exit(1)
  process.on('disconnect', abandoned)
  return () => void process.off('disconnect', abandoned)
}
