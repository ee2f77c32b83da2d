import { Button } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { moveQueued } from '../../components/moveQueued.ts'
import { PlaceMenu } from '../../workers/PlaceMenu.tsx'
import classes from './Run.module.css'
import type { StateWords } from './stateWords.ts'
import type { RunCommands } from './useRunCommands.ts'

/** What happened, what is safe, and what to do. */
export function StateNote({
  run,
  words,
  commands,
}: {
  readonly run: RunSummary
  readonly words: StateWords
  readonly commands: RunCommands
}) {
  return (
    <section
      className={classes.note}
      data-tone={words.tone}
      aria-label="State of the run"
      {...(words.tone === 'failure' && { role: 'alert' })}
    >
      <p>
        <strong>{words.title}.</strong> {words.text}
      </p>
      {words.actions.map((action, i) => (
        <ActionButton key={action} action={action} isMain={i === 0} run={run} commands={commands} />
      ))}
      {run.status === 'queued' && <PlaceMenu run={run} />}
    </section>
  )
}

interface ActionButtonProps {
  readonly action: StateWords['actions'][number]
  readonly isMain: boolean
  readonly run: RunSummary
  readonly commands: RunCommands
}

function ActionButton({ action, isMain, run, commands }: ActionButtonProps) {
  switch (action) {
    case 'clone':
      return <CloneButton id={run.id} />
    case 'startNext':
      return (
        <Button variant="default" onClick={() => void moveQueued(run, 'first')}>
          Start it next
        </Button>
      )
    case 'resume': {
      const isResuming = commands.pending.has('resume')
      return (
        <Button variant={isMain ? 'filled' : 'default'} onClick={commands.resume} disabled={isResuming}>
          {isResuming ? 'Resuming…' : 'Resume'}
        </Button>
      )
    }
  }
}

function CloneButton({ id }: { readonly id: string }) {
  const navigate = useNavigate()
  return <Button onClick={() => void navigate({ to: '/new', search: { from: id } })}>Clone</Button>
}
