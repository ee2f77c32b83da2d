import { TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import classes from './EditableTitle.module.css'

interface EditableTitleProps {
  readonly name: string
  /** For screen readers: "Name of the run". */
  readonly label: string
  /** For its place on the page. */
  readonly className?: string | undefined
  /** Told of another name that is not empty. */
  readonly onRename: (name: string) => void
}

/** The name of what a page is of; a click or Enter makes it a field, Enter keeps what is typed and Escape what was. */
export function EditableTitle({ name, label, className, onRename }: EditableTitleProps) {
  const [text, setText] = useState<string>()
  const keep = (): void => {
    const typed = text?.trim() ?? ''
    setText(undefined)
    if (typed !== '' && typed !== name) onRename(typed)
  }
  if (text === undefined)
    return (
      <Title order={1} className={`${classes.name} ${className ?? ''}`}>
        <button type="button" title="Rename" onClick={() => setText(name)}>
          {name}
        </button>
      </Title>
    )
  return (
    <TextInput
      className={classes.field}
      aria-label={label}
      value={text}
      maxLength={200}
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter') keep()
        if (event.key === 'Escape') {
          event.stopPropagation()
          setText(undefined)
        }
      }}
    />
  )
}
