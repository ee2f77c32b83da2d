import { z } from 'zod'

/*
 * Questions to the lab in SQL. They are answered by a process of its own, which opens the database for reading only, takes one
 * statement that reads, and is ended when it has taken too long or too much memory, or when nobody waits for it any more.
 */

/** Seconds, at most: as long as a question reads, the log of the database cannot shrink. */
export const sqlSeconds = { usual: 10, most: 300 } as const
/** Rows of an answer, at most. */
export const sqlRows = { usual: 1000, most: 100_000 } as const
/** Bytes of text in an answer, about; then it is cut after the row that went beyond. */
export const sqlBytes = 32 * 2 ** 20
/** Characters of one text, at most; then it is cut. */
export const sqlCellLength = 100_000
/** MiB of memory that the process may take, its program included (about 100). */
export const sqlMegabytes = 768

export const sqlQuestion = z.strictObject({
  sql: z.string().max(100_000, 'must have at most 100,000 characters'),
  rows: z.int().min(1).max(sqlRows.most).default(sqlRows.usual),
  seconds: z.number().positive().max(sqlSeconds.most).default(sqlSeconds.usual),
})
export type SqlQuestion = z.input<typeof sqlQuestion>

/**
 * A value as JSON can carry it. `number`: the digits of an integer beyond 2⁵³, or Infinity or -Infinity. `bytes`: how many a
 * blob has.
 */
export const sqlCell = z.union([
  z.number(),
  z.string(),
  z.null(),
  z.strictObject({ number: z.string() }),
  z.strictObject({ bytes: z.int() }),
])
export type SqlCell = z.infer<typeof sqlCell>

export const sqlAnswer = z.strictObject({
  columns: z.array(z.string()),
  rows: z.array(z.array(sqlCell)),
  /** Which limit left rows out; null when all are here. */
  cut: z.enum(['rows', 'bytes']).nullable(),
  /** Texts of which only the beginning is here. */
  cutTexts: z.int(),
  milliseconds: z.number(),
})
export type SqlAnswer = z.infer<typeof sqlAnswer>

/** Bytes of a file with an answer, at most. */
export const sqlFileBytes = 4 * 2 ** 30

/** An answer that was written as Parquet. */
export const sqlFile = z.strictObject({
  rows: z.int(),
  columns: z.array(
    z.strictObject({
      name: z.string(),
      type: z.enum(['int64', 'double', 'float', 'text', 'boolean', 'time', 'binary']),
    }),
  ),
  bytes: z.int(),
  /** Whether there are more rows than were wanted. */
  isCut: z.boolean(),
})
export type SqlFile = z.infer<typeof sqlFile>

export const sqlTable = z.strictObject({
  name: z.string(),
  /** function: a table that is made when it is asked, of its arguments: metrics('mwt', 'loss'). */
  kind: z.enum(['table', 'view', 'function']),
  about: z.string(),
  columns: z.array(z.strictObject({ name: z.string(), type: z.string(), about: z.string() })),
})
export type SqlTable = z.infer<typeof sqlTable>
