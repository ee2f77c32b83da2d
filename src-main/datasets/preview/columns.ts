import type { Amount, ColumnFacts } from '../../../shared/data/preview.ts'
import { maybeName, saysMissing } from '../importers/csvMissing.ts'
import { isNumber } from '../importers/csvNumbers.ts'

/** Different values of a column that are counted; a class column may have as many. */
export const mostValues = 1000

/** What the cells of one column are, whatever an import would say to them. */
export interface ColumnTally {
  add(text: string): void
  facts(name: string, role: ColumnFacts['role'], areCodes: boolean): ColumnFacts
}

export function createColumnTally(): ColumnTally {
  let numbers = 0
  let words = 0
  let missing = 0
  // Words such as "none": missing among numbers, a value among words.
  let maybeMissing = 0
  let least = Number.POSITIVE_INFINITY
  let greatest = Number.NEGATIVE_INFINITY
  const values = new Set<string>()
  return {
    add(text) {
      if (text === '' || (saysMissing(text) && !maybeName(text))) {
        missing += 1
        return
      }
      if (values.size <= mostValues) values.add(text)
      if (isNumber(text)) {
        numbers += 1
        const value = Number(text)
        if (value < least) least = value
        if (value > greatest) greatest = value
      } else if (maybeName(text)) maybeMissing += 1
      else words += 1
    },
    facts(name, role, areCodes) {
      const areWords = words > 0 || numbers === 0
      const lacking = areWords ? missing : missing + maybeMissing
      const texts = areWords ? words + maybeMissing : words
      const kind =
        numbers + texts === 0
          ? 'empty'
          : areCodes
            ? 'codes'
            : texts === 0
              ? 'numbers'
              : numbers === 0
                ? 'words'
                : 'mixed'
      const isRange = kind === 'numbers' && Number.isFinite(least) && Number.isFinite(greatest)
      return {
        ...{ name, role, kind, missing: lacking, different: different(values, areWords) },
        least: isRange ? least : null,
        greatest: isRange ? greatest : null,
      }
    },
  }
}

function different(values: ReadonlySet<string>, areWords: boolean): Amount {
  const isAll = values.size <= mostValues
  const shown = areWords ? values.size : [...values].filter((text) => !maybeName(text)).length
  return isAll ? { count: shown, is: 'exact' } : { count: mostValues, is: 'atLeast' }
}
