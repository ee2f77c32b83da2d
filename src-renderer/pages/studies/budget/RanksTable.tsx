import { Fragment } from 'react'
import { scopeWords } from '../../../../shared/study/budgetScopes.ts'
import { rankText } from '../../../../shared/study/budgetVerdict.ts'
import { percent } from '../../../format/format.ts'
import classes from '../Results.module.css'
import { Scroll } from '../Scroll.tsx'
import type { RankRow, ScopeRanking } from './budgetRanks.ts'

interface RanksTableProps {
  readonly rows: readonly RankRow[]
  readonly rankings: readonly ScopeRanking[]
}

const titles = { low: 'Low', high: 'High', all: 'All' } as const

/** Mean ranks, and how often each schedule is first or among the first three. */
export function RanksTable({ rows, rankings }: RanksTableProps) {
  return (
    <Scroll label="Ranks of the schedules: table">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col" rowSpan={2}>
              Schedule
            </th>
            <th scope="col" rowSpan={2}>
              Mean rank
            </th>
            {rankings.map(({ scope, comparisons }) => (
              <th
                key={scope}
                scope="colgroup"
                colSpan={2}
                className={classes.group}
                title={scopeWords[scope]}
              >
                {titles[scope]} <span className={classes.count}>({comparisons})</span>
              </th>
            ))}
          </tr>
          <tr>
            {rankings.map(({ scope }) => (
              <Fragment key={scope}>
                <th scope="col">top 1</th>
                <th scope="col">top 3</th>
              </Fragment>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ schedule, meanRank, shares }) => (
            <tr key={schedule}>
              <th scope="row">{schedule}</th>
              <td>{meanRank === undefined ? '–' : rankText(meanRank)}</td>
              {shares.map(({ scope, top1, top3 }) => (
                <Fragment key={scope}>
                  <td>{percent(top1, 0)}</td>
                  <td>{percent(top3, 0)}</td>
                </Fragment>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
