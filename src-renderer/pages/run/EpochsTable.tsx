import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import type { EpochInfo, RunSummary } from '../../../shared/api/runs.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { count, unknown } from '../../format/format.ts'
import classes from './Tables.module.css'

interface Column {
  readonly name: string
  readonly unit: string
  readonly value: (epoch: EpochInfo) => number | null
}

const columns: readonly Column[] = [
  { name: 'Epoch', unit: '', value: ({ epoch }) => epoch },
  { name: 'Steps done', unit: '', value: ({ step }) => step + 1 },
  { name: 'Training loss', unit: 'nats', value: ({ trainLoss }) => trainLoss },
  { name: 'Validation loss', unit: 'nats', value: ({ valLoss }) => valLoss },
  { name: 'Test loss', unit: 'nats', value: ({ testLoss }) => testLoss },
  { name: 'Training accuracy', unit: '%', value: ({ trainAccuracy }) => hundredfold(trainAccuracy) },
  { name: 'Validation accuracy', unit: '%', value: ({ valAccuracy }) => hundredfold(valAccuracy) },
  { name: 'Test accuracy', unit: '%', value: ({ testAccuracy }) => hundredfold(testAccuracy) },
  { name: 'Time', unit: 's', value: ({ seconds }) => seconds },
]

const hundredfold = (part: number | null): number | null => (part === null ? null : 100 * part)
/** Of one length in a column, so that digits stand under digits. */
const exact = (value: number | null): string => {
  if (value === null) return unknown
  return value.toPrecision(7)
}
const whole = (value: number | null): string => (value === null ? unknown : count(value))

const rowHeight = 24

/** The exact values after every epoch. Only the rows in sight are there, however many epochs a run has. */
export function EpochsTable({
  run,
  epochs,
}: {
  readonly run: RunSummary
  readonly epochs: readonly EpochInfo[]
}) {
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: epochs.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 20,
  })
  if (epochs.length === 0)
    return <EmptyState title="No epoch is done yet" text="The first row comes when the first epoch ends." />
  const rows = virtual.getVirtualItems()
  const above = rows[0]?.start ?? 0
  const below = virtual.getTotalSize() - (rows.at(-1)?.end ?? 0)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.box} ref={box} tabIndex={0} aria-label="Epochs">
      <table className={classes.epochs} aria-rowcount={epochs.length + 1}>
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
            const epoch = epochs[index]
            return (
              epoch !== undefined && (
                <tr key={epoch.epoch} aria-rowindex={index + 2} data-best={epoch.step === run.best?.step}>
                  {columns.map(({ name, unit, value }) => (
                    <td key={name}>{(unit === '' ? whole : exact)(value(epoch))}</td>
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
