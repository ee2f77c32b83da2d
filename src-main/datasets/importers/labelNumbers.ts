import { show, UserError } from '../../../shared/errors.ts'
import type { Part } from '../contentWriter.ts'

/** How the label numbers of a file become classes without gaps. */
export interface LabelNumbers {
  /** Class names, in order of the label numbers that are in use. */
  readonly classes: readonly string[]
  /** A sentence about names that no training example bears; undefined when there are none. */
  readonly note: string | undefined
  /** The classes of the labels of `part`, whose first example has the number `from`. @throws UserError for a label of none */
  encode(part: Part, from: number, labels: Uint8Array): Uint8Array
}

const mostNamed = 10

/**
 * Classes are the labels that training examples have: some sets count from 1, and parts of a set use a few of its labels.
 * `names` are those of labels 0, 1, ..., of which the unused are left out; or, when there are just as many names as labels
 * in use, the names of these in order, if `mayNameInOrder`. Without names the numbers are the names.
 * @throws UserError when the names do not reach
 */
export function numberLabels(
  doing: string,
  train: Uint8Array,
  names?: readonly string[],
  mayNameInOrder = true,
): LabelNumbers {
  const used = [...new Set(train)].sort((a, b) => a - b)
  const highest = used.at(-1) ?? 0
  const inOrder = names !== undefined && names.length <= highest
  if (inOrder && (names.length !== used.length || !mayNameInOrder))
    throw tooFew(doing, train, used, names.length)
  const nameOf = (label: number, at: number) => (inOrder ? names[at] : names?.[label]) ?? String(label)
  const places = new Map(used.map((label, at) => [label, at]))
  const unused = inOrder ? [] : (names ?? []).filter((_, label) => !places.has(label))
  return {
    classes: used.map(nameOf),
    note: unused.length === 0 ? undefined : leftOut(unused),
    encode: (part, from, labels) =>
      labels.map((label, i) => {
        const place = places.get(label)
        if (place !== undefined) return place
        throw new UserError(
          `${doing}: ${part} example ${from + i} (counted from 0) has label ${label}, and no training example has that; correct the labels, or take the example out.`,
        )
      }),
  }
}

function tooFew(doing: string, train: Uint8Array, used: readonly number[], names: number): UserError {
  const at = train.findIndex((label) => label >= names)
  return new UserError(
    `${doing}: train example ${at} (counted from 0) has label ${train[at]}, but there are ${names} classes, 0 to ${names - 1}; give a name for each label from 0 to ${used.at(-1)}, or one for each of the ${used.length} labels in use.`,
  )
}

function leftOut(unused: readonly string[]): string {
  const shown = unused.slice(0, mostNamed).map(show).join(', ')
  const more = unused.length > mostNamed ? ` and ${unused.length - mostNamed} more` : ''
  return `No training example has the label of ${shown}${more}: left out.`
}
