import '@mantine/dropzone/styles.css'
import { Button, Group, Progress, Stack, Text, Textarea } from '@mantine/core'
import { Dropzone, type FileWithPath } from '@mantine/dropzone'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Predictor, PredictorInput } from '../../shared/api/predictions.ts'
import { trpc } from '../client.ts'
import { ErrorNote } from '../components/ErrorNote.tsx'
import { counted } from '../format/format.ts'
import { Answers } from './Answers.tsx'
import { type Example, type TryItState, useTryIt } from './useTryIt.ts'

interface TryItProps {
  readonly predictor: Predictor
}

/** Examples of one's own, and what a snapshot or an ensemble says of them. */
export default function TryIt({ predictor }: TryItProps) {
  const input = useQuery(trpc.predictions.input.queryOptions({ predictor }))
  const { state, ask, cancel } = useTryIt(predictor)
  if (input.error !== null)
    return (
      <ErrorNote
        title="What it takes could not be read"
        error={input.error}
        onRetry={() => void input.refetch()}
      />
    )
  if (input.data === undefined) return <Text c="dimmed">Reading what it takes…</Text>
  const { kind, classes } = input.data
  const isBusy = state.phase === 'sending' || state.phase === 'answering'
  return (
    <Stack gap="sm">
      <Dropzone
        onDrop={(files) => ask(files.flatMap(exampleOf))}
        disabled={isBusy}
        p="md"
        inputProps={{ 'aria-label': wanted(input.data) }}
      >
        <Text size="sm">{wanted(input.data)}</Text>
        <Text size="xs" c="dimmed">
          {takes(input.data)}
        </Text>
      </Dropzone>
      {kind === 'table' && <Rows input={input.data} isBusy={isBusy} onAsk={ask} />}
      {isBusy && (
        <Group gap="sm">
          <Progress value={100 * state.share} flex={1} aria-label={phaseWords(state)} />
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
        </Group>
      )}
      <Text size="xs" c="dimmed" role="status">
        {phaseWords(state)}
      </Text>
      {state.phase === 'failed' && (
        <ErrorNote title="The examples could not be answered" error={state.error} />
      )}
      <Answers state={state} classNames={classes} kind={kind} />
    </Stack>
  )
}

const wanted = ({ kind }: PredictorInput): string =>
  kind === 'image' ? 'Drop images or a folder here, or choose files' : 'Drop a CSV table here, or choose one'

function takes({ kind, shape, columns }: PredictorInput): string {
  const [height, width, channels] = shape
  if (kind === 'image')
    return `PNG or JPEG; brought to ${height} × ${width} pixels, ${channels === 1 ? 'grey' : 'colour'}, and normalised as in training.`
  const shown = (columns ?? []).slice(0, 8).join(', ')
  const more = (columns?.length ?? 0) - 8
  return `Columns by name, in any order: ${shown}${more > 0 ? ` and ${more} more` : ''}. Others are not used.`
}

/** What hides, such as a folder's settings, is no example. */
function exampleOf(file: FileWithPath): Example[] {
  const name = (file.path ?? file.name).replace(/^\.?\//, '')
  return name.split('/').some((part) => part.startsWith('.')) ? [] : [{ name, content: file }]
}

function phaseWords({ phase, examples, rows }: TryItState): string {
  switch (phase) {
    case 'idle':
      return ''
    case 'sending':
      return `Sending ${counted(examples.length, 'file')}…`
    case 'answering':
      return `Answering… ${counted(rows.length, 'example')} so far`
    case 'cancelled':
      return `Cancelled after ${counted(rows.length, 'example')}.`
    case 'done':
      return `${counted(rows.length, 'example')} answered.`
    case 'failed':
      return ''
  }
}

interface RowsProps {
  readonly input: PredictorInput
  readonly isBusy: boolean
  readonly onAsk: (examples: readonly Example[]) => void
}

/** Rows typed or pasted: a line of names, then a line a row. */
function Rows({ input, isBusy, onAsk }: RowsProps) {
  const [text, setText] = useState(() => `${(input.columns ?? []).map(quoted).join(',')}\n`)
  return (
    <Group align="end" gap="sm">
      <Textarea
        flex={1}
        label="Or type rows"
        description="The first line names the columns."
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <Button
        disabled={isBusy || text.trim().split('\n').length < 2}
        onClick={() => onAsk([{ name: 'rows', content: new Blob([text]) }])}
      >
        Ask
      </Button>
    </Group>
  )
}

const quoted = (name: string): string => (/[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)
