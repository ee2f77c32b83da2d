import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../../client.ts'
import { errorWords } from '../../components/errorWords.ts'
import { notifyDone } from '../../components/notify.ts'
import { patienceText, readPatience } from '../../workers/patience.ts'
import classes from './Workers.module.css'

/** How long a worker that is out of touch is waited for. */
export function Patience({ stored }: { readonly stored: number }) {
  const [text, setText] = useState(patienceText(stored))
  const read = readPatience(text)
  const problem = 'problem' in read ? read.problem : undefined
  const saving = useMutation({
    mutationFn: (patience: number) => api.workers.setSettings.mutate({ patience }),
    onSuccess: () => notifyDone('Kept: workers are waited for that long from now on'),
  })
  const isChanged = 'milliseconds' in read && read.milliseconds !== stored
  const save = (event: FormEvent): void => {
    event.preventDefault()
    if (isChanged) saving.mutate(read.milliseconds)
  }
  const failure = saving.error === null ? undefined : errorWords(saving.error)
  return (
    <form onSubmit={save} className={classes.patience}>
      <TextInput
        aria-labelledby="patience"
        value={text}
        w="6rem"
        error={problem ?? failure}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={!isChanged} loading={saving.isPending}>
        Save
      </Button>
      <span className={classes.small}>
        A worker out of touch for longer loses its runs to another, which begins with the last state that was
        sent.
      </span>
    </form>
  )
}
