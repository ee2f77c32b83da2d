import { Select, type SelectProps } from '@mantine/core'
import { useState } from 'react'
import { sayingNothingFound } from './sayingNothingFound.ts'

interface SearchSelectProps extends Omit<SelectProps, 'searchable' | 'filter' | 'nothingFoundMessage'> {
  /** Said in the list where no option has what was typed in its label. */
  readonly nothingFound: string
}

/**
 * One of many options, found by typing: Enter takes the first that is listed, and the one whose label was typed whole is
 * the first. Mantine's own list shows every option again once the label of the chosen one is typed, and Enter then takes
 * another; and the chosen one, chosen again, would be taken away.
 */
export function SearchSelect({ nothingFound, onInput, onDropdownClose, ...props }: SearchSelectProps) {
  // Undefined while the text in the field is the choice, not a search.
  const [typed, setTyped] = useState<string>()
  return (
    <Select
      allowDeselect={false}
      selectFirstOptionOnChange
      {...props}
      searchable
      onInput={(event) => {
        setTyped(event.currentTarget.value)
        onInput?.(event)
      }}
      onDropdownClose={() => {
        setTyped(undefined)
        onDropdownClose?.()
      }}
      filter={(given) => sayingNothingFound(nothingFound)({ ...given, search: typed ?? '' })}
    />
  )
}
