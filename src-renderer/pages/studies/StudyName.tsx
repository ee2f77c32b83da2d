import { TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import type { StudySummary } from '../../../shared/api/studies.ts'
import classes from './Studies.module.css'
import { editStudy } from './studyActs.ts'

/** The study's name; a click or Enter makes it a field, Enter keeps what is typed and Escape what was. */
export function StudyName({ study }: { readonly study: StudySummary }) {
  const [text, setText] = useState<string>()
  const keep = (): void => {
    const name = text?.trim() ?? ''
    setText(undefined)
    if (name !== '' && name !== study.name) void editStudy(study, { name })
  }
  if (text === undefined)
    return (
      <Title order={1} className={classes.name}>
        <button type="button" title="Rename" onClick={() => setText(study.name)}>
          {study.name}
        </button>
      </Title>
    )
  return (
    <TextInput
      className={classes.nameField}
      aria-label="Name of the study"
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
