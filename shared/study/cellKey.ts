import { z } from 'zod'
import type { CellRole } from './cell.ts'
import type { JsonObject } from './json.ts'
import { canonical } from './shown.ts'

/*
 * A key holds all that tells a cell from the others of its study, so that later stages and extensions can be made of the
 * cells there are, whatever became of the study's spec in between.
 */

const cellKey = z.strictObject({
  role: z.enum(['cell', 'tuning', 'trunk', 'cooldown', 'separate']),
  /** What varies, as the parsed run spec has it, by path; null where the run spec of the cell has no such field. */
  values: z.record(z.string(), z.json()),
  seed: z.int(),
  budget: z.number(),
  /** Of a tuning cell: what the rates are multiplied with. */
  factor: z.number().optional(),
  /** Of a cool-down. */
  shape: z.string().optional(),
})
export interface CellKey {
  readonly role: CellRole
  readonly values: JsonObject
  readonly seed: number
  readonly budget: number
  readonly factor?: number | undefined
  readonly shape?: string | undefined
}

/** Canonical JSON (RFC 8785): the same for the same cell, whatever the order in which it was made. */
export const keyOf = (key: CellKey): string => canonical(key)

export const readKey = (key: string): CellKey => cellKey.parse(JSON.parse(key))

/*
 * Canonical JSON sorts its fields (RFC 8785): budget comes first, and what stands before seed holds no other field of that
 * name. So both can be taken out of the text, which a table of a thousand rows does at every update.
 */
const budgetField = /^\{"budget":[^,]+,/
const seedField = /"seed":-?\d+,/

/** What the runs over several seeds have in common: a row of a table. */
export const rowOf = (key: string): string => key.replace(seedField, '')

/** What the runs over several seeds, budgets and rungs have in common: a setting. */
export const settingOf = (key: string): string => rowOf(key).replace(budgetField, '{')
