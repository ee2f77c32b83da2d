import type { ComboboxItem, ComboboxParsedItem, OptionsFilter } from '@mantine/core'

/**
 * Options whose label contains what was typed, or one that cannot be taken and says that there are none; the option whose
 * label was typed whole comes first, with its group. Mantine's own `nothingFoundMessage` leaves a list box without an option,
 * which screen readers do not read.
 */
export function sayingNothingFound(words: string): OptionsFilter {
  const none: ComboboxItem = { value: '', label: words, disabled: true }
  return ({ options, search, limit }) => {
    const typed = search.trim().toLowerCase()
    const found = matching(options, typed)
    const whole = found.filter((option) => hasWhole(option, typed))
    const ordered = [...whole, ...found.filter((option) => !whole.includes(option))]
    return found.length > 0 ? cut(ordered, limit) : [none]
  }
}

function matching(options: readonly ComboboxParsedItem[], typed: string): ComboboxParsedItem[] {
  const has = ({ label }: ComboboxItem): boolean => label.toLowerCase().includes(typed)
  return options.flatMap((option): ComboboxParsedItem[] => {
    if (!('group' in option)) return has(option) ? [option] : []
    const items = option.items.filter(has)
    const whole = items.filter((item) => hasWhole(item, typed))
    const rest = items.filter((item) => !whole.includes(item))
    return items.length > 0 ? [{ ...option, items: [...whole, ...rest] }] : []
  })
}

const hasWhole = (option: ComboboxParsedItem, typed: string): boolean =>
  'group' in option
    ? option.items.some((item) => hasWhole(item, typed))
    : option.label.trim().toLowerCase() === typed

/** The first options, those in groups counted one by one. */
function cut(options: readonly ComboboxParsedItem[], limit: number): ComboboxParsedItem[] {
  let left = limit
  return options.flatMap((option): ComboboxParsedItem[] => {
    if (left <= 0) return []
    const kept = 'group' in option ? { ...option, items: option.items.slice(0, left) } : option
    left -= 'group' in kept ? kept.items.length : 1
    return [kept]
  })
}
