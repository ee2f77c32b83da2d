import { z } from 'zod'
import { parseOrExplain } from '../../shared/errors.ts'
import { usualWorkerPort } from '../workerLink/wire.ts'

const variables = z.object({
  /** A factor of all times that host and workers go by, for tests: 0.02 makes a minute of more than a second. */
  ANNEAL_CLOCK: z.coerce.number().positive().default(1),
  /** The port on which workers find this lab. */
  ANNEAL_WORKERS_PORT: z.coerce.number().pipe(z.int().min(0).max(65_535)).default(usualWorkerPort),
})

/** @throws UserError for a variable that is not what it must be */
export function workerEnvironment(env: Readonly<Record<string, string | undefined>>): {
  readonly clock: number
  readonly port: number
} {
  const read = parseOrExplain(variables, env, 'reading the environment')
  return { clock: read.ANNEAL_CLOCK, port: read.ANNEAL_WORKERS_PORT }
}
