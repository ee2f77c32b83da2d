import type { WorkerInfo } from '../../../shared/api/workers.ts'

/**
 * Whether a worker has used its invitation. @param invited the worker as it was when it was invited: one that is invited
 * again had joined before.
 */
export const hasJoined = (worker: WorkerInfo, invited: WorkerInfo): boolean =>
  worker.joinedAt !== null && worker.joinedAt !== invited.joinedAt
