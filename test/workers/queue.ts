import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { hostCertificate } from '../../src-main/workers/certificate.ts'
import { queueFolder } from '../../src-main/workers/queueFile.ts'
import { type RunningQueue, serveQueue } from '../../src-main/workers/queueServer.ts'

/** The queue of a lab, served as `anneal workers serve-queue` serves it. */
export interface Queue {
  readonly pid: number
  /** As a power cut would. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Killed, and with it all that it has kept, as with its disk. */
  lose(): Promise<void>
}

/** @param host an address of this machine at which workers reach it */
export async function startQueue(home: string, host: string): Promise<Queue> {
  const certificate = await hostCertificate(path.join(home, 'workers'))
  const settings = { home, certificate, port: await freePort(host), env: process.env }
  let running: RunningQueue | undefined
  const start = async (): Promise<void> => {
    running = await serveQueue(settings)
  }
  const kill = async (): Promise<void> => {
    if (running === undefined) return
    process.kill(running.process, 'SIGKILL')
    await running.ended
    running = undefined
  }
  await start()
  return {
    get pid() {
      return running?.process ?? 0
    },
    kill,
    start,
    async lose() {
      await kill()
      rmSync(path.join(queueFolder(home), 'appendonlydir'), { recursive: true })
    },
  }
}

export function freePort(host: string): Promise<number> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
