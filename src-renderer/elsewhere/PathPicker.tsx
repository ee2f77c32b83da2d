import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import type { Ref } from 'react'
import { FolderBrowser } from '../pages/data/import/FolderBrowser.tsx'
import { NativeDialogs } from '../pages/data/import/NativeDialogs.tsx'
import classes from './Elsewhere.module.css'

interface PathPickerProps {
  readonly label: string
  readonly description: string
  readonly path: string
  readonly error?: string | undefined
  readonly disabled: boolean
  readonly onType: (path: string) => void
  /** Chosen in the browser or the system's dialog. */
  readonly onPick: (path: string) => void
  readonly onEnter: () => void
  readonly field?: Ref<HTMLInputElement>
}

/** A path on the disk of the host: typed, found in its folders, or chosen in the system's own dialog. */
export function PathPicker(props: PathPickerProps) {
  const { label, description, path, error, disabled, onType, onPick, onEnter, field } = props
  const [browsed] = useDebouncedValue(path.trim(), 200)
  return (
    <fieldset className={classes.picker} disabled={disabled}>
      <TextInput
        label={label}
        description={description}
        value={path}
        error={error}
        spellCheck={false}
        autoComplete="off"
        data-autofocus
        {...(field !== undefined && { ref: field })}
        onChange={({ currentTarget }) => onType(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          onEnter()
        }}
      />
      <NativeDialogs onPick={onPick} />
      <FolderBrowser path={browsed} label={label} onPick={onPick} />
    </fieldset>
  )
}
