import { Button, Group, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { TensorflowState } from '../../../shared/api/lab.ts'
import { api, queryClient, trpc } from '../../client.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { notifyDone } from '../../components/notify.ts'
import classes from './Settings.module.css'

/** The Python environment whose TensorFlow the device cuda runs on. */
export function Tensorflow() {
  const { data } = useQuery(trpc.lab.tensorflow.queryOptions())
  const about = useQuery(trpc.lab.about.queryOptions())
  if (data === undefined || about.data === undefined) return null
  return (
    <div>
      <h3 className={classes.measured}>TensorFlow, for NVIDIA GPUs</h3>
      <p className={classes.reason}>{data.words}</p>
      {about.data.door === 'browser' ? (
        <p className={classes.aside}>
          It is set on the machine itself: <code>anneal tensorflow FOLDER</code>, then start Anneal anew.
        </p>
      ) : (
        <TensorflowForm key={data.setting} state={data} />
      )}
    </div>
  )
}

function TensorflowForm({ state }: { readonly state: TensorflowState }) {
  const [folder, setFolder] = useState(state.setting ?? '')
  const wanted = folder.trim()
  const saving = useMutation({
    mutationFn: (environment: string | null) => api.lab.useTensorflow.mutate({ environment }),
    async onSuccess(now) {
      notifyDone(now.setting === null ? 'No environment is set' : 'It is built and set')
      queryClient.setQueryData(trpc.lab.tensorflow.queryKey(), now)
      await queryClient.invalidateQueries(trpc.lab.devices.queryFilter())
    },
  })
  const save = (event: FormEvent): void => {
    event.preventDefault()
    if (wanted !== '') saving.mutate(wanted)
  }
  return (
    <form onSubmit={save}>
      <Group align="flex-end" gap="sm">
        <TextInput
          label="Folder of a Python environment"
          placeholder="/home/me/tf"
          value={folder}
          onChange={({ currentTarget }) => setFolder(currentTarget.value)}
          flex="1 1 14rem"
          spellCheck={false}
        />
        <Button type="submit" variant="default" disabled={wanted === ''} loading={saving.isPending}>
          Build and use
        </Button>
        {state.setting !== null && (
          <Button variant="subtle" disabled={saving.isPending} onClick={() => saving.mutate(null)}>
            Forget
          </Button>
        )}
      </Group>
      {saving.isPending && (
        <p className={classes.aside} role="status">
          Building what connects it, once: up to a minute.
        </p>
      )}
      {saving.error !== null && <ErrorNote title="It could not be set" error={saving.error} />}
    </form>
  )
}
