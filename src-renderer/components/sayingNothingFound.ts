import type { ComboboxItem, OptionsFilter } from '@mantine/core'

/**
 * Options whose label contains what was typed, or one that cannot be taken and says that there are none. Options stand in
 * no groups. Mantine's own `nothingFoundMessage` leaves a list box without an option, which screen readers do not read.
 */
export function sayingNothingFound(words: string): OptionsFilter {
  const none: ComboboxItem = { value: '', label: words, disabled: true }
  return ({ options, search, limit }) => {
    const typed = search.trim().toLowerCase()
    const found = options
      .filter((option) => 'label' in option && option.label.toLowerCase().includes(typed))
      .slice(0, limit)
    return found.length > 0 ? found : [none]
  }
}
