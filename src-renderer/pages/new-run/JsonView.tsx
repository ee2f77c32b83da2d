import { Button, Group, Text } from '@mantine/core'
import { CopyButton } from './CopyButton.tsx'
import { specJson } from './model/draft.ts'
import { readSpecJson } from './model/readJson.ts'
import classes from './TextView.module.css'

interface JsonViewProps {
  readonly tree: unknown
  /** What was typed here; undefined: what the form says. */
  readonly json: string | undefined
  readonly onChange: (text: string) => void
  readonly onDrop: () => void
}

/** The whole spec as text. The form follows what is valid; what is not stays here until it is mended or thrown away. */
export function JsonView({ tree, json, onChange, onDrop }: JsonViewProps) {
  const text = json ?? specJson(tree)
  const reading = readSpecJson(text)
  const problems = 'problems' in reading ? reading.problems : []
  const isWrong = problems.length > 0
  return (
    <section className={classes.view} aria-label="Run spec as JSON">
      <Group gap="sm" justify="space-between">
        <Text size="xs" c="dimmed">
          The run as a file: save it and start it with anneal train --spec FILE.
        </Text>
        <Group gap="xs">
          <Button variant="default" size="compact-xs" disabled={json === undefined} onClick={onDrop}>
            Back to what the form says
          </Button>
          <CopyButton text={text} words="Copy JSON" />
        </Group>
      </Group>
      <textarea
        className={classes.text}
        aria-label="Run spec as JSON"
        aria-invalid={isWrong}
        aria-describedby="json-problems"
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
      <div id="json-problems" role="status" className={classes.problems}>
        {isWrong && json !== undefined && <p>Not applied: the form shows the last spec that was valid.</p>}
        {problems.slice(0, shown).map((problem) => (
          <p key={problem}>{problem}</p>
        ))}
        {problems.length > shown && <p>{`… and ${problems.length - shown} more.`}</p>}
      </div>
    </section>
  )
}

const shown = 5
