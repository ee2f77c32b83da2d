import { memo, useState } from 'react'
import type { RunSpec } from '../../../../shared/run/spec.ts'
import type { CompiledSchedule, Cycle } from '../../../../shared/schedule/index.ts'
import { count, counted, rate } from '../../../format/format.ts'
import classes from './Designer.module.css'

interface CycleTableProps {
  readonly compiled: CompiledSchedule
  readonly stepsPerEpoch: number
  readonly rule: RunSpec['snapshots']['at']
}

const shownCycles = 200

/** The cycles in numbers: where each begins and ends, its highest and lowest rate, and its snapshot. */
export const CycleTable = memo(function CycleTable({ compiled, stepsPerEpoch, rule }: CycleTableProps) {
  const [isOpen, setOpen] = useState(false)
  const { cycles } = compiled
  return (
    <details
      className={classes.cycles}
      open={isOpen}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>{counted(cycles.length, 'cycle')} in numbers</summary>
      {isOpen && (
        <>
          <table>
            <thead>
              <tr>
                <th scope="col">cycle</th>
                <th scope="col">from epoch</th>
                <th scope="col">to epoch</th>
                <th scope="col">steps</th>
                <th scope="col">first rate</th>
                <th scope="col">last rate</th>
                <th scope="col">{rule === 'cycleEnds' ? 'snapshot after step' : 'ends after step'}</th>
              </tr>
            </thead>
            <tbody>
              {cycles.slice(0, shownCycles).map((cycle) => (
                <CycleRow key={cycle.index} cycle={cycle} compiled={compiled} stepsPerEpoch={stepsPerEpoch} />
              ))}
            </tbody>
          </table>
          {cycles.length > shownCycles && <p>{`… and ${count(cycles.length - shownCycles)} more.`}</p>}
        </>
      )}
    </details>
  )
})

function CycleRow({
  cycle: { index, start, end, complete },
  compiled,
  stepsPerEpoch,
}: {
  readonly cycle: Cycle
  readonly compiled: CompiledSchedule
  readonly stepsPerEpoch: number
}) {
  const epoch = (step: number): string => String(Number((step / stepsPerEpoch).toFixed(2)))
  return (
    <tr>
      <th scope="row">{index + 1}</th>
      <td>{epoch(start)}</td>
      <td>{epoch(end)}</td>
      <td>{count(end - start)}</td>
      <td>{rate(compiled.at(start).lr)}</td>
      <td>{rate(compiled.at(end - 1).lr)}</td>
      <td>{complete ? count(end) : 'cut'}</td>
    </tr>
  )
}
