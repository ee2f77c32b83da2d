import type { RunsBySnapshots } from '../../shared/ensemble/runsBySnapshots.ts'
import { percent, plural } from './format.ts'
import { type Column, table } from './table.ts'
import { wrap } from './wrap.ts'

interface Grid {
  readonly cells: readonly RunsBySnapshots[]
  readonly judgedOn: 'test' | 'validation'
  readonly runs: number
}

/** N runs times M snapshots, as SGDR's second table has it. */
export function gridText({ cells, judgedOn, runs }: Grid, columns: number): string {
  const snapshots = [...new Set(cells.map((cell) => cell.snapshots))]
  const right = (head: string): Column => ({ head, align: 'right' })
  const drawn = table(
    [right('runs'), ...snapshots.map((m) => right(`last ${m}`))],
    Array.from({ length: runs }, (_, fewer) => [
      String(fewer + 1),
      ...snapshots.map((m) =>
        errorText(cells.find((cell) => cell.runs === fewer + 1 && cell.snapshots === m)),
      ),
    ]),
    columns,
  )
  const legend = `Error on ${judgedOn} data of the mean of probabilities of so many runs with their last ${snapshots.length === 1 ? 'snapshot' : 'M snapshots'} each; below ${plural(runs, 'run')} the mean of ${plural(runs, 'ensemble')}, each run counting as often as any other.`
  return `${drawn}${wrap(legend, columns)}\n`
}

const errorText = (cell: RunsBySnapshots | undefined): string =>
  cell === undefined ? '' : percent(1 - cell.accuracy)
