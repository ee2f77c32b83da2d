import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Invitation } from '../../../shared/api/workers.ts'
import { api } from '../../client.ts'
import { errorWords, fieldOf } from '../../components/errorWords.ts'
import { InvitationView } from './InvitationView.tsx'
import { nameProblem } from './nameProblem.ts'

interface AddWorkerProps {
  readonly opened: boolean
  /** Of a worker that is there already; undefined: asks for a name first. */
  readonly invitation: Invitation | undefined
  readonly onInvited: (invitation: Invitation) => void
  readonly onClose: () => void
}

/** Asks for a name, then shows the one command to paste, until the machine has joined. */
export function AddWorker({ opened, invitation, onInvited, onClose }: AddWorkerProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="xl"
      title={invitation === undefined ? 'Add a worker' : `Add ${invitation.worker.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {invitation === undefined ? (
        <NameForm onInvited={onInvited} onClose={onClose} />
      ) : (
        <InvitationView
          key={invitation.command}
          invitation={invitation}
          onInvited={onInvited}
          onClose={onClose}
        />
      )}
    </Modal>
  )
}

type NameFormProps = Pick<AddWorkerProps, 'onInvited' | 'onClose'>

function NameForm({ onInvited, onClose }: NameFormProps) {
  const [name, setName] = useState('')
  const [address, setAddress] = useState('')
  const [isAsked, setAsked] = useState(false)
  const adding = useMutation({
    mutationFn: () =>
      api.workers.add.mutate({
        name: name.trim(),
        ...(address.trim() !== '' && { address: address.trim() }),
      }),
    onSuccess: onInvited,
  })
  const wrong = nameProblem(name)
  const failure = adding.error === null ? undefined : errorWords(adding.error)
  const [field, rule] = fieldOf(failure ?? '', ['name', 'address']) ?? []
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setAsked(true)
    if (wrong === undefined && !adding.isPending) adding.mutate()
  }
  const change = (set: (text: string) => void) => (event: { currentTarget: { value: string } }) => {
    adding.reset()
    set(event.currentTarget.value)
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          data-autofocus
          label="Name"
          description="What you call the machine here: lower-case letters, digits and -"
          placeholder="gpu-box"
          value={name}
          error={(isAsked ? wrong : undefined) ?? (field === 'name' ? rule : undefined)}
          onChange={change(setName)}
        />
        <TextInput
          label="Address of this machine"
          description="How the other machine reaches this one: a host name or address. Empty: as this machine calls itself."
          placeholder="192.168.1.5"
          value={address}
          error={field === 'address' ? rule : undefined}
          onChange={change(setAddress)}
        />
        {failure !== undefined && field === undefined && (
          <Text size="sm" c="var(--failure)" role="alert">
            {failure}
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={adding.isPending}>
            Make the command
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
