import { Button, Text } from '@mantine/core'
import { useMemo } from 'react'
import type { WeightLine } from '../../shared/api/ensembles.ts'
import { LineChart } from '../charts/LineChart.tsx'
import type { ChartAxis } from '../charts/types.ts'
import { api } from '../client.ts'
import { ErrorNote } from '../components/ErrorNote.tsx'
import { count, loss } from '../format/format.ts'
import { useMeasuring } from './useMeasuring.ts'

interface WeightLineChartProps {
  readonly from: { readonly snapshotId: number; readonly words: string }
  readonly to: { readonly snapshotId: number; readonly words: string }
}

const place: ChartAxis = { label: 'λ: from the first to the last', format: (value) => value.toFixed(2) }
const lossAxis: ChartAxis = { label: 'validation loss, nats', format: (value) => value.toFixed(4) }
const accuracyAxis: ChartAxis = { label: 'validation accuracy, %', format: (value) => value.toFixed(2) }

/** Loss and accuracy on the straight line between the weights of two snapshots, as they are measured. */
export function WeightLineChart({ from, to }: WeightLineChartProps) {
  const {
    known: line,
    error,
    isBusy,
    start,
    cancel,
  } = useMeasuring<WeightLine>((told) =>
    api.ensembles.line.subscribe({ from: from.snapshotId, to: to.snapshotId }, told),
  )
  const points = useMemo(() => line?.points ?? [], [line])
  const losses = useMemo(
    () => [
      { id: 'loss', label: 'validation', x: points.map(({ at }) => at), y: points.map((each) => each.loss) },
    ],
    [points],
  )
  const accuracies = useMemo(
    () => [
      {
        id: 'accuracy',
        label: 'validation',
        x: points.map(({ at }) => at),
        y: points.map(({ accuracy }) => 100 * accuracy),
      },
    ],
    [points],
  )
  return (
    <div>
      <Button variant="default" onClick={isBusy ? cancel : start}>
        {isBusy ? 'Cancel the line' : `Line from ${from.words} to ${to.words}`}
      </Button>
      <Text size="xs" c="dimmed" mt={4} role="status">
        {line === undefined
          ? 'Validation loss in 21 places between their weights: one basin or two.'
          : verdict(line, isBusy)}
      </Text>
      {error !== undefined && (
        <ErrorNote title="The line could not be measured" error={error} onRetry={start} />
      )}
      {points.length > 1 && (
        <>
          <LineChart title="Loss between the two" series={losses} x={place} y={lossAxis} height={150} />
          <LineChart
            title="Accuracy between the two"
            series={accuracies}
            x={place}
            y={accuracyAxis}
            height={150}
          />
        </>
      )}
    </div>
  )
}

function verdict({ points, places, top, isDone, examples }: WeightLine, isBusy: boolean): string {
  if (!isDone) return `${points.length} of ${places} places measured${isBusy ? '…' : '; it was cancelled.'}`
  if (top === null) return ''
  const of = `${count(examples)} validation examples`
  return top.isBump
    ? `A bump of ${loss(top.height)} nats (± ${loss(top.standardError)} standard error, ${of}) at λ = ${top.at}: two basins.`
    : `One basin, as far as ${of} tell: no bump above ${loss(top.leastBump)} nats (three standard errors).`
}
