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
