import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Invitation } from '../../../shared/api/workers.ts'
import { api } from '../../client.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { useNow } from '../../hooks/useNow.ts'
import { useWorker } from '../../hooks/useWorkers.ts'
import { leftWords } from '../../workers/workerWords.ts'
import { copySaying } from '../new-run/CopyButton.tsx'
import { hasJoined } from './hasJoined.ts'
import classes from './Workers.module.css'

interface InvitationViewProps {
  readonly invitation: Invitation
  readonly onInvited: (invitation: Invitation) => void
  readonly onClose: () => void
}

/** The command to paste, how long it is good for, and the word that it has been run. */
export function InvitationView({ invitation, onInvited, onClose }: InvitationViewProps) {
  const { worker: invited, command, validUntil } = invitation
  const worker = useWorker(invited.id)
  const now = useNow(1_000)
  const [address, setAddress] = useState('')
  const again = useMutation({
    mutationFn: () =>
      api.workers.inviteAgain.mutate({
        id: invited.id,
        ...(address.trim() !== '' && { address: address.trim() }),
      }),
    onSuccess: onInvited,
  })
  if (worker !== undefined && hasJoined(worker, invited)) {
    return (
      <Stack gap="md">
        <p className={classes.joined} role="status">
          <strong className={classes.word} data-tone="fine">
            joined
          </strong>
          {invited.name} has joined{worker.about === null ? '.' : `, from ${worker.about.hostname}.`} It takes
          runs that are placed on “any worker” or on {invited.name}.
        </p>
        <Group justify="flex-end">
          <Button data-autofocus onClick={onClose}>
            Done
          </Button>
        </Group>
      </Stack>
    )
  }
  const left = leftWords(validUntil, now)
  return (
    <Stack gap="md">
      <Text id="invitation">
        Paste this on the other machine, into a shell of the user that is to train. It needs Linux or macOS
        (on Windows: WSL) with Node 20 or later and npm; the program itself comes from this host.
      </Text>
      <div className={classes.command}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section tabIndex={0} aria-labelledby="invitation" className={classes.commandText}>
          <code>{command}</code>
        </section>
        <Button data-autofocus disabled={left === undefined} onClick={() => void copySaying(command)}>
          Copy
        </Button>
      </div>
      {left === undefined ? (
        <Text c="var(--attention)" role="status">
          Its time is over: it lets nobody in any more.
        </Text>
      ) : (
        <Text c="dimmed">
          It is good once, for <span className={classes.left}>{left}</span> still. Whoever has it can join
          this lab: treat it as a password. This turns to “joined” by itself.
        </Text>
      )}
      {again.error !== null && <ErrorNote title="There is no new command" error={again.error} />}
      <Group align="flex-end">
        <TextInput
          label="Address of this machine"
          placeholder="as in the command"
          title="Where the other machine does not reach this one as the command says: a host name or address"
          w="14rem"
          value={address}
          onChange={({ currentTarget }) => {
            again.reset()
            setAddress(currentTarget.value)
          }}
        />
        <Button
          variant={left === undefined ? 'filled' : 'default'}
          loading={again.isPending}
          onClick={() => again.mutate()}
        >
          New command
        </Button>
        <Button variant="default" ms="auto" onClick={onClose}>
          Close
        </Button>
      </Group>
    </Stack>
  )
}
