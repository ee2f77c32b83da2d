import { Button } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import type { RunSummary } from '../../../shared/api/runs.ts'
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
  const isResuming = commands.pending.has('resume')
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
      {words.actions.map((action, i) =>
        action === 'clone' ? (
          <CloneButton key={action} id={run.id} />
        ) : (
          <Button
            key={action}
            variant={i === 0 ? 'filled' : 'default'}
            onClick={commands.resume}
            disabled={isResuming}
          >
            {isResuming ? 'Resuming…' : 'Resume'}
          </Button>
        ),
      )}
    </section>
  )
}

function CloneButton({ id }: { readonly id: string }) {
  const navigate = useNavigate()
  return <Button onClick={() => void navigate({ to: '/new', search: { from: id } })}>Clone</Button>
}
