import { type Choice, type FieldSpec, writeValue } from '../model/fields.ts'
import { curves, updates } from '../model/groupedChoices.ts'
import { getAt, textAt } from '../model/tree.ts'

/*
 * The fields that most schedules leave as they are stand folded under the others, so that the curve keeps its room; what
 * they say stands in the line that unfolds them.
 */

export const isFine = ({ isFine = false }: FieldSpec): boolean => isFine

/** "lengths in epochs", "momentum against the rate 0.85 to 0.95". */
export function fieldWords(field: FieldSpec, value: unknown): string {
  return `${lowerFirst(field.label)} ${valueWords(field, value)}`
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

function valueWords({ type, empty }: FieldSpec, value: unknown): string {
  switch (type.is) {
    case 'choice':
      return choiceWords(type.options, value)
    case 'update':
      return typeof value === 'string'
        ? choiceWords(updates, value)
        : `${choiceWords(updates, Object.keys(value ?? {})[0])} ${Object.values(value ?? {}).map(writeValue)}`
    case 'momentum':
      return value === undefined ? choiceWords(curves, 'none') : momentumWords(value)
    default:
      return writeValue(value) || (empty ?? '')
  }
}

function momentumWords(value: unknown): string {
  const words = choiceWords(curves, textAt(value, ['curve']))
  const numbers = ['value', 'low', 'high', 'init'].flatMap((key) => {
    const number = getAt(value, [key])
    return number === undefined ? [] : [writeValue(number)]
  })
  return [words, numbers.join(' to ')].join(' ').trim()
}

const choiceWords = (options: readonly Choice[], value: unknown): string =>
  options.find(([one]) => one === value)?.[1] ?? writeValue(value)
