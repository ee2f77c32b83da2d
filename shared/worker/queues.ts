import { type DeviceClass, deviceClass } from './protocol.ts'

/*
 * Names of what stands in Redis or Valkey. The braces keep all keys on one node of a cluster. A queue carries offers of one
 * protocol alone, so that no worker of another one is ever offered what it would misunderstand.
 */

/** Of every key. */
export const queuePrefix = '{anneal}'

/** Offers that any worker with such a device may take. */
export const classQueue = (protocol: number, of: DeviceClass): string => `anneal-p${protocol}-${of}`

/** Offers to one worker alone, of whatever class. */
export const workerQueue = (protocol: number, workerId: string): string =>
  `anneal-p${protocol}-worker-${workerId}`

/** All that a worker may read and write. */
export const queuesOfWorker = (protocol: number, workerId: string): readonly string[] => [
  ...deviceClass.options.map((of) => classQueue(protocol, of)),
  workerQueue(protocol, workerId),
]

/** Each attempt is offered once: a run that comes back for another one is another offer. */
export const offerJobId = (runId: string, attempt: number): string => `${runId}-${attempt}`
