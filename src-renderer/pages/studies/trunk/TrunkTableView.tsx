import type { StudyScore } from '../../../../shared/study/budgetBlocks.ts'
import type { Spread } from '../../../../shared/study/spread.ts'
import { type TrunkRow, type TrunkTable, trunkCost } from '../../../../shared/study/trunkTable.ts'
import { count, percent } from '../../../format/format.ts'
import { budgetText, spreadText } from '../budget/budgetTable.ts'
import classes from '../Results.module.css'
import { Scroll } from '../Scroll.tsx'
import type { ScoreTexts } from '../scoreTexts.ts'

interface TrunkTableViewProps {
  readonly table: TrunkTable
  readonly score: StudyScore
  readonly texts: ScoreTexts
}

/** Steps and scores of a trunk with cool-downs, beside the same budgets trained separately. */
export function TrunkTableView({ table, score, texts }: TrunkTableViewProps) {
  const { rows, hasSeparate, shape } = table
  const saved = table.separateSteps - table.steps
  return (
    <Scroll label={`Trunk with ${shape} cool-downs: table`}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Budget</th>
            <th scope="col">
              New steps
              <span className={classes.under}>trunk + cool-down</span>
            </th>
            <th scope="col">
              Separately
              <span className={classes.under}>steps</span>
            </th>
            <th scope="col">
              Saved
              <span className={classes.under}>steps</span>
            </th>
            <th scope="col">
              From the trunk
              <span className={classes.under}>{texts.unit}, mean ± sd (seeds)</span>
            </th>
            {hasSeparate && (
              <>
                <th scope="col">
                  Separate
                  <span className={classes.under}>{texts.unit}, mean ± sd (seeds)</span>
                </th>
                <th scope="col">
                  Difference
                  <span className={classes.under}>± standard error (pairs)</span>
                </th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.budget} row={row} hasSeparate={hasSeparate} score={score} texts={texts} />
          ))}
          <tr data-total="true">
            <th scope="row">All {rows.length}</th>
            <td>
              {count(table.steps)}
              <span className={classes.under}>
                {count(table.trunkLength)} + {count(table.steps - table.trunkLength)}
              </span>
            </td>
            <td>{count(table.separateSteps)}</td>
            <Saved saved={saved} of={table.separateSteps} />
            <td />
            {hasSeparate && (
              <>
                <td />
                <Difference difference={table.difference} score={score} texts={texts} />
              </>
            )}
          </tr>
        </tbody>
      </table>
    </Scroll>
  )
}

interface RowProps extends Omit<TrunkTableViewProps, 'table'> {
  readonly row: TrunkRow
  readonly hasSeparate: boolean
}

function Row({ row, hasSeparate, score, texts }: RowProps) {
  const { budget, steps, trunkSteps, cooldownSteps, trunk, separate, difference, diverged } = row
  return (
    <tr>
      <th scope="row">{budgetText(budget)}</th>
      <td>
        {count(trunkSteps + cooldownSteps)}
        <span className={classes.under}>
          {count(trunkSteps)} + {count(cooldownSteps)}
        </span>
      </td>
      <td>{count(steps)}</td>
      <Saved saved={steps - trunkSteps - cooldownSteps} of={steps} />
      <Score spread={trunk} diverged={diverged.trunk} texts={texts} />
      {hasSeparate && (
        <>
          <Score spread={separate} diverged={diverged.separate} texts={texts} />
          <Difference difference={difference} score={score} texts={texts} />
        </>
      )}
    </tr>
  )
}

const Saved = ({ saved, of }: { readonly saved: number; readonly of: number }) => (
  <td>
    {count(saved)}
    <span className={classes.under}>{percent(of === 0 ? 0 : saved / of, 0)}</span>
  </td>
)

function Score({
  spread,
  diverged,
  texts,
}: {
  readonly spread: Spread
  readonly diverged: number
  readonly texts: ScoreTexts
}) {
  return (
    <td>
      {spreadText(spread, texts)}
      {spread.n > 0 && <span className={classes.count}>({spread.n})</span>}
      {diverged > 0 && <span className={`${classes.under} ${classes.diverged}`}>{diverged} diverged</span>}
    </td>
  )
}

const costNotes = {
  worse: 'the trunk is worse',
  better: 'the trunk is better',
  level: 'not told apart',
  unknown: 'one seed: not known how sure',
} as const

function Difference({
  difference,
  score,
  texts,
}: {
  readonly difference: Spread
  readonly score: StudyScore
  readonly texts: ScoreTexts
}) {
  if (difference.n === 0) return <td>–</td>
  return (
    <td>
      {texts.difference(difference.mean)}
      {difference.standardError !== null && ` ± ${texts.spread(difference.standardError)}`}
      <span className={classes.count}>({difference.n})</span>
      <span className={classes.under}>{costNotes[trunkCost(difference, score)]}</span>
    </td>
  )
}
