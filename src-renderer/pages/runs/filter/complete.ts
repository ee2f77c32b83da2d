import { filterFields, findField } from './fields.ts'

/** What could stand in place of the word under the cursor. */
export interface Completion {
  /** Put in place of `from`..`to`. */
  readonly insert: string
  readonly about: string
}

export interface Completions {
  readonly from: number
  readonly to: number
  readonly offers: readonly Completion[]
}

const maxOffers = 8

/** @param tags those in use, offered behind "tag:" */
export function completionsAt(text: string, cursor: number, tags: readonly string[]): Completions {
  const before = text.slice(0, cursor)
  const word = /[^\s()"]*$/.exec(before)?.[0] ?? ''
  const typed = word.startsWith('-') ? word.slice(1) : word
  const place = { from: cursor - typed.length, to: cursor }
  const [, field, value] = /^([\w-]+):(.*)$/.exec(typed) ?? []
  if (field === undefined || value === undefined) {
    return { ...place, offers: typed === '' ? [] : fieldsLike(typed.toLowerCase()) }
  }
  const start = value.slice(0, value.lastIndexOf(',') + 1)
  const rest = value.slice(start.length).toLowerCase()
  const offers = valuesOf(field, tags)
    .filter((one) => one.toLowerCase().startsWith(rest) && one.toLowerCase() !== rest)
    .slice(0, maxOffers)
    .map((one) => ({ insert: `${field}:${start}${/[\s()]/.test(one) ? `"${one}"` : one} `, about: '' }))
  return { ...place, offers }
}

function fieldsLike(start: string): readonly Completion[] {
  return Object.entries(filterFields)
    .filter(([name]) => name.startsWith(start))
    .slice(0, maxOffers)
    .map(([name, { kind, about }]) => ({ insert: kind === 'number' ? `${name}>` : `${name}:`, about }))
}

function valuesOf(name: string, tags: readonly string[]): readonly string[] {
  const field = findField(name)
  if (field === undefined || field.kind === 'number' || field.kind === 'setting') return []
  if (field.kind === 'flag') return Object.keys(field.flags)
  return field === filterFields.tag ? tags : (field.values ?? [])
}
