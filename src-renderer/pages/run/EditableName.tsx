import { TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { api } from '../../client.ts'
import { notifyError } from '../../components/notify.ts'
import classes from './Run.module.css'

/** The run's name; a click or Enter makes it a field, Enter keeps what is typed and Escape what was. */
export function EditableName({ run }: { readonly run: RunSummary }) {
  const [text, setText] = useState<string>()
  const keep = (): void => {
    const name = text?.trim() ?? ''
    setText(undefined)
    if (name === '' || name === run.name) return
    api.runs.annotate
      .mutate({ ids: [run.id], name })
      .catch((error: unknown) => notifyError('The run was not renamed', error))
  }
  if (text === undefined)
    return (
      <Title order={1} className={classes.name}>
        <button type="button" title="Rename" onClick={() => setText(run.name)}>
          {run.name}
        </button>
      </Title>
    )
  return (
    <TextInput
      className={classes.nameField}
      aria-label="Name of the run"
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
