import { Alert, Button, Table, Text } from '@mantine/core'
import { useEffect, useMemo, useRef } from 'react'
import type { AverageLines, MemberLine } from '../../shared/api/ensembles.ts'
import { averageVerdict } from '../../shared/run/line.ts'
import { nameText } from '../../shared/run/snapshotName.ts'
import { LineChart } from '../charts/LineChart.tsx'
import { seriesDash } from '../charts/palette.ts'
import type { ChartAxis, ChartSeries } from '../charts/types.ts'
import { api } from '../client.ts'
import { ErrorNote } from '../components/ErrorNote.tsx'
import { count, loss } from '../format/format.ts'
import type { Candidate } from './candidates.ts'
import classes from './Ensemble.module.css'
import { useMeasuring } from './useMeasuring.ts'

const place: ChartAxis = { label: 'λ: from a member to the average', format: (value) => value.toFixed(1) }
const lossAxis: ChartAxis = { label: 'validation loss, nats', format: (value) => value.toFixed(4) }

/** The guard of averaged weights: the loss on the way from each member to the average, measured as soon as it stands. */
export function AverageLinesChart({ members }: { readonly members: readonly Candidate[] }) {
  const snapshotIds = members.map(({ snapshotId }) => snapshotId)
  const { known, error, isBusy, start, cancel } = useMeasuring<AverageLines>((told) =>
    api.ensembles.averageLines.subscribe({ snapshotIds }, told),
  )
  const begin = useRef(start)
  useEffect(() => begin.current(), [])
  const series = useMemo(() => seriesOf(known, members), [known, members])
  const isDone = known?.isDone === true
  return (
    <div className={classes.guard}>
      {isDone ? (
        <Verdict lines={known} members={members} />
      ) : (
        <Text size="xs" c="dimmed" role="status">
          Loss on the way from each member to the average:{' '}
          {known === undefined
            ? 'not measured yet'
            : `${count(known.measured)} of ${count(known.places)} places measured`}
          {isBusy ? '… ' : '. '}
          <Button size="compact-xs" variant="default" onClick={isBusy ? cancel : start}>
            {isBusy ? 'Cancel the lines' : 'Measure the lines'}
          </Button>
        </Text>
      )}
      {error !== undefined && (
        <ErrorNote title="The lines could not be measured" error={error} onRetry={start} />
      )}
      {known !== undefined && known.measured > members.length && (
        <>
          <LineChart
            title="Loss from each member to the average"
            series={series}
            x={place}
            y={lossAxis}
            height={180}
          />
          {known.lines.length > mostNamed && (
            <Text size="xs" c="dimmed">
              Named are the {mostNamed} highest; the others are pale, and the table has all.
            </Text>
          )}
          <LinesTable lines={known} members={members} />
        </>
      )}
    </div>
  )
}

/** Beside the title there is room for so many names: the other lines are pale. */
const mostNamed = 6

/** Every member's line, with those of the highest bumps in colour. */
function seriesOf(known: AverageLines | undefined, members: readonly Candidate[]): ChartSeries[] {
  const lines = known?.lines ?? []
  const named = new Set(
    lines
      .toSorted((a, b) => heightOf(b) - heightOf(a))
      .slice(0, mostNamed)
      .map(({ snapshotId }) => snapshotId),
  )
  return lines.map(({ snapshotId, points }, k) => {
    const dash = seriesDash(k)
    return {
      id: String(snapshotId),
      label: nameIn(members, snapshotId),
      x: points.map(({ at }) => at),
      y: points.map((each) => each.loss),
      // All of them end in the average: what is told apart is the value at the cursor.
      ahead: true,
      ...(dash !== undefined && { dash }),
      ...(!named.has(snapshotId) && { faint: true }),
    }
  })
}

/** A loss that is not finite is higher than any other; what is not measured yet is lowest. */
function heightOf({ top }: MemberLine): number {
  if (top === null) return Number.NEGATIVE_INFINITY
  return Number.isFinite(top.height) ? top.height : Number.POSITIVE_INFINITY
}

function nameIn(members: readonly Candidate[], snapshotId: number): string {
  const member = members.find((each) => each.snapshotId === snapshotId)
  return member === undefined ? `snapshot ${snapshotId}` : nameText(member.name)
}

interface LinesProps {
  readonly lines: AverageLines
  readonly members: readonly Candidate[]
}

function Verdict({ lines, members }: LinesProps) {
  const words = averageVerdict(lines, (id) => nameIn(members, id), loss, count)
  if (!lines.lines.some(({ top }) => top?.isBump))
    return (
      <Text size="xs" c="dimmed" role="status">
        {words}
      </Text>
    )
  return (
    <Alert color="yellow" variant="outline" title="A bump on the way to the average" p="sm">
      {words}
    </Alert>
  )
}

/** The highest place of every line, in numbers. */
function LinesTable({ lines: { lines }, members }: LinesProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label="Lines to the average: table">
      <Table horizontalSpacing="xs" verticalSpacing={2} ta="right">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Member</Table.Th>
            <Table.Th ta="right">
              Loss, nats<span className={classes.ofPart}> validation</span>
            </Table.Th>
            <Table.Th ta="right">
              Highest<span className={classes.ofPart}> above the line</span>
            </Table.Th>
            <Table.Th ta="right">
              ±<span className={classes.ofPart}> std. error</span>
            </Table.Th>
            <Table.Th ta="right">At λ</Table.Th>
            <Table.Th ta="left">Bump</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map(({ snapshotId, points, top }) => (
            <Table.Tr key={snapshotId}>
              <Table.Th scope="row" fw={400}>
                {nameIn(members, snapshotId)}
              </Table.Th>
              <Table.Td>{loss(points[0]?.loss)}</Table.Td>
              <Table.Td>{top === null ? '–' : signed(top.height)}</Table.Td>
              <Table.Td>{top === null ? '–' : loss(top.standardError)}</Table.Td>
              <Table.Td>{top === null ? '–' : top.at.toFixed(1)}</Table.Td>
              <Table.Td ta="left">{top?.isBump ? 'bump' : '–'}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}

const signed = (height: number): string => loss(height).replace('-', '−')
