import '@mantine/dropzone/styles.css'
import { Button, Group, Progress, Stack, Text } from '@mantine/core'
import { Dropzone } from '@mantine/dropzone'
import { useQuery } from '@tanstack/react-query'
import type { Predictor, PredictorInput } from '../../shared/api/predictions.ts'
import { trpc } from '../client.ts'
import { ErrorNote } from '../components/ErrorNote.tsx'
import { counted } from '../format/format.ts'
import { Answers, SaveAnswers } from './Answers.tsx'
import { examplesOf } from './examples.ts'
import { FolderButton } from './FolderButton.tsx'
import { PathField } from './PathField.tsx'
import { RowsField } from './RowsField.tsx'
import { type TryItState, useTryIt } from './useTryIt.ts'

interface TryItProps {
  readonly predictor: Predictor
}

/** Examples of one's own, and what a snapshot or an ensemble says of them. */
export default function TryIt({ predictor }: TryItProps) {
  const input = useQuery(trpc.predictions.input.queryOptions({ predictor }))
  const { state, ask, askPath, cancel } = useTryIt(predictor)
  if (input.error !== null)
    return (
      <ErrorNote
        title="What it takes could not be read"
        error={input.error}
        onRetry={() => void input.refetch()}
      />
    )
  if (input.data === undefined) return <Text c="dimmed">Reading what it takes…</Text>
  const { kind, classes, columns } = input.data
  const isBusy = state.phase === 'sending' || state.phase === 'answering'
  return (
    <Stack gap="sm">
      <Dropzone
        onDrop={(files) => ask(examplesOf(files))}
        disabled={isBusy}
        p="md"
        inputProps={{ 'aria-label': wanted(input.data) }}
      >
        <Text size="sm">{wanted(input.data)}</Text>
        <Text size="xs" c="dimmed">
          {takes(input.data)}
        </Text>
      </Dropzone>
      {kind === 'image' && (
        <Group>
          <FolderButton isBusy={isBusy} onChoose={ask} />
        </Group>
      )}
      {kind === 'table' && <RowsField columns={columns ?? []} isBusy={isBusy} onAsk={ask} />}
      <PathField kind={kind} isBusy={isBusy} onAsk={askPath} />
      {isBusy && (
        <Group gap="sm">
          <Progress value={100 * state.share} flex={1} aria-label={phaseWords(state)} />
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
        </Group>
      )}
      <Group justify="space-between">
        <Text size="xs" c="dimmed" role="status">
          {phaseWords(state)}
        </Text>
        {!isBusy && state.rows.length > 0 && (
          <SaveAnswers rows={state.rows} classNames={classes} kind={kind} />
        )}
      </Group>
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

function phaseWords({ phase, examples, rows, unusable }: TryItState): string {
  switch (phase) {
    case 'idle':
    case 'failed':
      return ''
    case 'sending':
      return `Sending ${counted(examples.length, 'file')}…`
    case 'answering':
      return `Answering… ${counted(rows.length, 'example')} so far`
    case 'cancelled':
      return `Cancelled after ${counted(rows.length, 'example')}.`
    case 'full':
      return `Stopped after ${counted(rows.length, 'example')}, as many answers as a page holds; “anneal predict” writes those of all.`
    case 'done':
      return rows.length === 0 && unusable.length > 0
        ? 'None of the examples can be read.'
        : `${counted(rows.length, 'example')} answered.`
  }
}
