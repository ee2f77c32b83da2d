import type { z } from 'zod'

export interface DatasetRecord {
  readonly id: string
  readonly name: string
  /** Where the catalogue keeps it. */
  readonly folder: string
  /** What the catalogue says of it: shapes, counts, classes, origin. */
  readonly meta: z.core.util.JSONType
  /** Milliseconds since 1970. */
  readonly createdAt: number
}
