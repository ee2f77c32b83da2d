import { Fragment } from 'react'
import { scopeWords } from '../../../../shared/study/budgetScopes.ts'
import { rankText } from '../../../../shared/study/budgetVerdict.ts'
import { percent } from '../../../format/format.ts'
import classes from '../Results.module.css'
import { Scroll } from '../Scroll.tsx'
import type { RankRow, ScopeRanks } from './budgetRanks.ts'

interface RanksTableProps {
  readonly rows: readonly RankRow[]
  readonly all: readonly ScopeRanks[]
}

const titles = { low: 'Low', high: 'High', all: 'All' } as const

/** Mean ranks, and how often each schedule is first or among the first three. */
export function RanksTable({ rows, all }: RanksTableProps) {
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
            {all.map(({ scope, ranks }) => (
              <th
                key={scope}
                scope="colgroup"
                colSpan={2}
                className={classes.group}
                title={scopeWords[scope]}
              >
                {titles[scope]} <span className={classes.count}>({ranks.length})</span>
              </th>
            ))}
          </tr>
          <tr>
            {all.map(({ scope }) => (
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
              <td>{Number.isNaN(meanRank) ? '–' : rankText(meanRank)}</td>
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
