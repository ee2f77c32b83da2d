import { useMemo } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { useScoreMeasure } from '../../hooks/useScoreMeasure.ts'
import classes from './Compare.module.css'
import type { Place } from './places.ts'
import { RunCell } from './RunCell.tsx'
import { scoreCells, scoresIn } from './scores.ts'
import type { EpochsOf } from './useEpochs.ts'

interface ScoreTableProps {
  readonly places: readonly Place[]
  readonly epochsOf: EpochsOf
  readonly baseline: RunSummary | undefined
}

/** What each run reached, a row each, beside the baseline. */
export function ScoreTable({ places, epochsOf, baseline }: ScoreTableProps) {
  const [measure] = useScoreMeasure()
  const scores = useMemo(() => scoresIn(measure), [measure])
  const runs = places.map(({ run }) => run)
  const byScore = scores.map((score) => scoreCells(score, runs, epochsOf, baseline))
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Run</th>
          {scores.map(({ id, label, part }) => (
            <th key={id} scope="col" className={classes.number}>
              {label}
              {part !== undefined && <span className={classes.ofPart}> {part}</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {places.map((place, i) => (
          <tr key={place.run.id} data-baseline={place.run.id === baseline?.id}>
            <th scope="row">
              <RunCell place={place} isBaseline={place.run.id === baseline?.id} />
            </th>
            {byScore.map((cells, at) => {
              const cell = cells[i]
              return (
                <td key={scores[at]?.id} className={classes.number} data-top={cell?.isTop}>
                  {cell?.text}
                  {cell?.delta !== undefined && (
                    <span className={classes.delta} data-better={cell.isBetter}>
                      {cell.delta}
                    </span>
                  )}
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
