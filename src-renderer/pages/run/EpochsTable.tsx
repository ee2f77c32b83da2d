import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef } from 'react'
import type { EpochInfo, RunSummary, SnapshotInfo } from '../../../shared/api/runs.ts'
import { groupedText } from '../../../shared/numberText.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { unknown } from '../../format/format.ts'
import { columnNumbers, plainNumber } from '../../format/numberList.ts'
import { inMeasure, type ScoreMeasure } from '../../format/scoreMeasure.ts'
import { useScoreMeasure } from '../../hooks/useScoreMeasure.ts'
import { type EpochRow, epochRows } from './epochRows.ts'
import classes from './Tables.module.css'

interface Column {
  readonly name: string
  readonly unit: string
  readonly value: (row: EpochRow) => number | null
  /** Of a column whose numbers are not written as they are stored. */
  readonly write?: (value: number | null) => string
}

const columnsIn = (measure: ScoreMeasure): readonly Column[] => {
  const share = (part: number | null): number | null =>
    part === null ? null : 100 * inMeasure(part, measure)
  return [
    { name: 'Epoch', unit: '', value: ({ epoch }) => epoch, write: asItIs },
    { name: 'Steps done', unit: '', value: ({ step }) => step + 1 },
    { name: 'Training loss', unit: 'nats', value: ({ trainLoss }) => trainLoss },
    { name: 'Validation loss', unit: 'nats', value: ({ valLoss }) => valLoss },
    { name: 'Test loss', unit: 'nats', value: ({ testLoss }) => testLoss },
    { name: `Training ${measure}`, unit: '%', value: ({ trainAccuracy }) => share(trainAccuracy) },
    { name: `Validation ${measure}`, unit: '%', value: ({ valAccuracy }) => share(valAccuracy) },
    { name: `Test ${measure}`, unit: '%', value: ({ testAccuracy }) => share(testAccuracy) },
    { name: 'Time', unit: 's', value: ({ seconds }) => seconds, write: hundredths },
  ]
}

const asItIs = (value: number | null): string => (value === null ? unknown : plainNumber(value))
const hundredths = (value: number | null): string =>
  value === null ? unknown : groupedText(value.toFixed(2))

const rowHeight = 24

interface EpochsTableProps {
  readonly run: RunSummary
  readonly epochs: readonly EpochInfo[]
  readonly snapshots: readonly SnapshotInfo[]
}

/**
 * The scores after every epoch, and after cycles that end in mid-epoch. Only the rows in sight are there, however many
 * epochs a run has.
 */
export function EpochsTable({ run, epochs, snapshots }: EpochsTableProps) {
  const box = useRef<HTMLDivElement>(null)
  const [measure] = useScoreMeasure()
  const { stepsPerEpoch } = run.planned.plan
  const all = useMemo(() => epochRows(epochs, snapshots, stepsPerEpoch), [epochs, snapshots, stepsPerEpoch])
  const columns = useMemo(
    () =>
      columnsIn(measure).map((column) => ({
        ...column,
        write: column.write ?? columnNumbers(all.map(column.value)),
      })),
    [measure, all],
  )
  const virtual = useVirtualizer({
    count: all.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 20,
  })
  if (all.length === 0)
    return <EmptyState title="No epoch is done yet" text="The first row comes when the first epoch ends." />
  const rows = virtual.getVirtualItems()
  const above = rows[0]?.start ?? 0
  const below = virtual.getTotalSize() - (rows.at(-1)?.end ?? 0)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.box} ref={box} tabIndex={0} aria-label="Epochs">
      <table className={classes.epochs} aria-rowcount={all.length + 1}>
        <thead>
          <tr>
            {columns.map(({ name, unit }) => (
              <th key={name} scope="col">
                {name}
                {unit !== '' && <span className={classes.unit}> {unit}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <tr style={{ height: above }} />}
          {rows.map(({ index }) => {
            const row = all[index]
            return (
              row !== undefined && (
                <tr key={row.step} aria-rowindex={index + 2} data-best={row.step === run.best?.step}>
                  {columns.map(({ name, value, write }) => (
                    <td key={name}>{write(value(row))}</td>
                  ))}
                </tr>
              )
            )
          })}
          {below > 0 && <tr style={{ height: below }} />}
        </tbody>
      </table>
    </section>
  )
}
