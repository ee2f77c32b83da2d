import { SegmentedControl, Title } from '@mantine/core'
import { type KeyboardEvent, useMemo, useState } from 'react'
import {
  busiestClasses,
  type ConfusionView,
  cellOf,
  confusedPairs,
} from '../../../shared/mistakes/confusion.ts'
import type { MistakeReport } from '../../../shared/mistakes/report.ts'
import { count, percent } from '../../format/format.ts'
import classes from './Mistakes.module.css'

/** A larger matrix can be neither read nor drawn at once. */
const mostClasses = 24
const mostPairs = 20

export interface Cell {
  readonly label: number
  readonly guess: number
}

interface ConfusionMatrixProps {
  readonly report: MistakeReport
  readonly part: string
  readonly nameOf: (label: number) => string
  readonly chosen: Cell | undefined
  readonly onChoose: (cell: Cell) => void
}

export function ConfusionMatrix({ report, part, nameOf, chosen, onChoose }: ConfusionMatrixProps) {
  const [view, setView] = useState<ConfusionView>('counts')
  const { confusion, examples } = report
  const shown = useMemo(() => busiestClasses(confusion, mostClasses), [confusion])
  const isWhole = shown.length === confusion.classes
  return (
    <section aria-labelledby="confusion">
      <div className={classes.head}>
        <Title order={2} fz="md" id="confusion">
          Confusion
        </Title>
        <SegmentedControl<ConfusionView>
          size="xs"
          aria-label="What the cells show"
          value={view}
          onChange={setView}
          data={[
            { value: 'counts', label: 'Counts' },
            { value: 'rows', label: 'Share of true class' },
            { value: 'columns', label: 'Share of predicted class' },
          ]}
        />
      </div>
      <p className={classes.quiet}>
        True classes in rows, predicted classes in columns, {count(examples)} {part} examples.
        {!isWhole &&
          ` The ${shown.length} of ${count(confusion.classes)} classes with the most mistakes; the pairs below are of all.`}
      </p>
      <Matrix {...{ report, nameOf, chosen, onChoose, view, shown }} />
      {!isWhole && <Pairs {...{ report, nameOf, chosen, onChoose }} />}
    </section>
  )
}

interface MatrixProps extends Omit<ConfusionMatrixProps, 'part'> {
  readonly view: ConfusionView
  readonly shown: readonly number[]
}

function Matrix({ report: { confusion }, nameOf, chosen, onChoose, view, shown }: MatrixProps) {
  // One cell is in the order of the tabulator; arrows walk from it.
  const [at, setAt] = useState<readonly [number, number]>([0, 0])
  const walk = (event: KeyboardEvent<HTMLTableElement>): void => {
    const move = moves[event.key]
    if (move === undefined) return
    event.preventDefault()
    const place = (from: number, by: number): number => Math.min(shown.length - 1, Math.max(0, from + by))
    const [row, column] = [place(at[0], move[0]), place(at[1], move[1])]
    setAt([row, column])
    event.currentTarget.querySelector<HTMLElement>(`[data-at="${row} ${column}"]`)?.focus()
  }
  return (
    <div className={classes.scroll}>
      <table className={classes.matrix} onKeyDown={walk} aria-label="Confusion matrix; arrows walk its cells">
        <thead>
          <tr>
            <th scope="col">true \ predicted</th>
            {shown.map((guess) => (
              <th key={guess} scope="col">
                {nameOf(guess)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((label, row) => (
            <tr key={label}>
              <th scope="row">{nameOf(label)}</th>
              {shown.map((guess, column) => {
                const value = cellOf(confusion, label, guess, view)
                const share = cellOf(confusion, label, guess, view === 'columns' ? 'columns' : 'rows') ?? 0
                const number = cellOf(confusion, label, guess, 'counts')
                return (
                  <td key={guess}>
                    <button
                      type="button"
                      className={classes.cell}
                      data-at={`${row} ${column}`}
                      data-right={label === guess}
                      data-none={number === 0}
                      tabIndex={at[0] === row && at[1] === column ? 0 : -1}
                      aria-pressed={chosen?.label === label && chosen.guess === guess}
                      aria-label={`${nameOf(label)} predicted as ${nameOf(guess)}: ${count(number)} examples, ${percent(cellOf(confusion, label, guess, 'rows'))} of the true class, ${percent(cellOf(confusion, label, guess, 'columns'))} of the predicted class`}
                      title={`${nameOf(label)} predicted as ${nameOf(guess)}: ${count(number)}`}
                      style={{ background: shade(share) }}
                      onFocus={() => setAt([row, column])}
                      onClick={() => onChoose({ label, guess })}
                    >
                      {view === 'counts' ? count(value) : percent(value)}
                    </button>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const moves: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

function Pairs({ report, nameOf, chosen, onChoose }: Omit<ConfusionMatrixProps, 'part'>) {
  const pairs = useMemo(() => confusedPairs(report.confusion).slice(0, mostPairs), [report])
  return (
    <ol className={classes.pairs} aria-label="Classes confused most">
      {pairs.map(({ label, guess, count: number }) => (
        <li key={`${label} ${guess}`}>
          <button
            type="button"
            className={classes.pair}
            aria-pressed={chosen?.label === label && chosen.guess === guess}
            onClick={() => onChoose({ label, guess })}
          >
            {nameOf(label)} predicted as {nameOf(guess)}: {count(number)}
          </button>
        </li>
      ))}
    </ol>
  )
}

/** The stronger, the larger the share, the small ones told apart; never so strong that text on it is hard to read. */
const shade = (share: number): string =>
  `color-mix(in srgb, var(--mantine-primary-color-filled) ${Math.round(45 * Math.sqrt(share))}%, var(--mantine-color-body))`
