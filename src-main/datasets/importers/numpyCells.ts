import { UserError } from '../../../shared/errors.ts'
import { floatText } from '../../readers/floatText.ts'
import type { Table } from '../../readers/table.ts'
import { nameOf } from './numpyArrays.ts'

interface CellText {
  /** @throws UserError for an integer that a double cannot hold */
  write(value: number, row: number): string
  readonly notes: readonly string[]
}

/** How far a level that was divided by 255 may lie from a whole number: float16 has few digits. */
const tolerance = { short: 0.13, other: 0.01 }

/**
 * How the numbers of an array stand in a table's cells. Floats are images where they are whole levels, or levels divided by
 * 255, as programs prepare them for training: the first of them tell which.
 */
export async function cellText(table: Table, areImages: boolean): Promise<CellText> {
  const { dtype = '' } = table
  if (!/f\d$/.test(dtype)) return { write: integerWriter(table), notes: [] }
  if (!areImages) {
    const isShort = !dtype.endsWith('8')
    return { write: (value) => floatText(value, isShort), notes: [] }
  }
  if (!(await areFractions(table))) return { write: levelText, notes: [] }
  const near = dtype.endsWith('2') ? tolerance.short : tolerance.other
  return {
    write: (value) => {
      const level = Math.round(value * 255)
      return Math.abs(value * 255 - level) <= near ? levelText(level) : floatText(value, true)
    },
    notes: [`The levels of ${nameOf(table)} lie from 0 to 1; they are kept as whole levels from 0 to 255.`],
  }
}

const levelTexts = Array.from({ length: 256 }, (_, level) => String(level))
const levelText = (value: number): string => levelTexts[value] ?? String(value)

function integerWriter(table: Table): CellText['write'] {
  return (value, row) => {
    if (Math.abs(value) < Number.MAX_SAFE_INTEGER) return levelText(value)
    throw new UserError(
      `While reading ${nameOf(table)}: example ${row} (counted from 0) has an integer of about ${value}, which a number of 64 bits rounds; save it as a float, or without that column.`,
    )
  }
}

async function areFractions(table: Table): Promise<boolean> {
  for await (const { columns } of table.batches())
    return (columns[0] ?? []).every((value) => Number(value) <= 1)
  return false
}

/** @throws UserError for what is no whole number */
export function labelText(label: number, table: Table, row: number): string {
  if (Number.isSafeInteger(label)) return String(label)
  throw new UserError(
    `While reading ${nameOf(table)}: the label of example ${row} (counted from 0) is ${label}, which is no whole number; save labels as integers, a number for each class.`,
  )
}
