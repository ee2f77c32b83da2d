import { getAt, setAt, textAt } from '../../new-run/model/tree.ts'

/* Entries of the study's lists: where each keeps its name and its part, and how they change places. */

/** {"label": …, "value": …}: a value of an axis that carries a name for tables and charts. */
export const isNamedValue = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'label' in value && 'value' in value

/** A value of an axis with another name; without one it stands bare. */
export function renamedValue(value: unknown, label: string): unknown {
  const bare = isNamedValue(value) ? getAt(value, ['value']) : value
  return label === '' ? bare : { label, value: bare }
}

export const nameOfValue = (value: unknown): string => (isNamedValue(value) ? textAt(value, ['label']) : '')

/** An entry one place up or down; the same list at its ends. */
export function movedEntry(list: readonly unknown[], from: number, by: -1 | 1): readonly unknown[] {
  const to = from + by
  if (to < 0 || to >= list.length) return list
  return list.toSpliced(from, 1).toSpliced(to, 0, list[from])
}

/** An entry of a budget study under another name, which stands first in its JSON. */
export const renamedEntry = (entry: unknown, label: string): unknown => ({
  ...(label !== '' && { label }),
  ...Object(setAt(entry, ['label'], undefined)),
})

/**
 * A list with one entry more. One that is not there begins with what stood for it, unless that is what is added: no entry may
 * be there twice.
 */
export function withEntry(
  list: readonly unknown[] | undefined,
  entry: unknown,
  usual: unknown,
): readonly unknown[] {
  if (list !== undefined) return [...list, entry]
  return usual === undefined || JSON.stringify(usual) === JSON.stringify(entry) ? [entry] : [usual, entry]
}

/** A task on another data set, with the network it has. @param name "": the base's */
export function onData(task: unknown, name: string): unknown {
  if (name !== '') return setAt(task, ['dataset', 'name'], name)
  const rest = setAt(task, ['dataset', 'name'], undefined)
  const isEmpty = Object.keys(Object(getAt(rest, ['dataset']))).length === 0
  return isEmpty ? setAt(rest, ['dataset'], undefined) : rest
}
