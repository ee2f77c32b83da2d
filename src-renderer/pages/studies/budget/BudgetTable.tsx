import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import { Swatch } from '../../../charts/Swatch.tsx'
import { count } from '../../../format/format.ts'
import classes from '../Results.module.css'
import { Scroll } from '../Scroll.tsx'
import type { ScoreTexts } from '../scoreTexts.ts'
import { budgetText, type OutcomeView, type TableSection } from './budgetTable.ts'

interface BudgetTableProps {
  readonly sections: readonly TableSection[]
  readonly texts: ScoreTexts
}

/** Schedules by budgets: mean ± standard deviation over the seeds. */
export function BudgetTable({ sections, texts }: BudgetTableProps) {
  return (
    <Scroll label="Schedules by budgets: table">
      {sections.map(({ title, budgets, rows }) => (
        <table key={title} className={classes.table}>
          <caption className={classes.spoken}>
            {texts.title}, {texts.unit}
            {title !== '' && `, ${title}`}
          </caption>
          <thead>
            {title !== '' && (
              <tr className={classes.sectionRow}>
                <th scope="col" colSpan={budgets.length + 1}>
                  {title}
                </th>
              </tr>
            )}
            <tr>
              <th scope="col">Schedule</th>
              {budgets.map(({ budget, steps }) => (
                <th key={budget} scope="col">
                  {budgetText(budget)}
                  <span className={classes.under}>{count(steps)} steps</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ schedule, cells }, place) => (
              <tr key={schedule}>
                <th scope="row">
                  <span className={classes.swatch}>
                    <Swatch look={{}} place={place} width={12} />
                  </span>
                  {schedule}
                </th>
                {cells.map((cell) => (
                  <OutcomeCell key={cell.budget} cell={cell} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </Scroll>
  )
}

const placeWords = { 1: 'best', 2: 'second', 3: 'third' } as const

function OutcomeCell({ cell }: { readonly cell: OutcomeView }) {
  const { text, count: n, place, isLevel, note, isDiverged, runIds } = cell
  return (
    <td data-place={place} data-level={isLevel}>
      <RunsLink runIds={runIds} name={`${cell.schedule} at ${budgetText(cell.budget)}`}>
        <span className={`${classes.value} ${isDiverged && n === '' ? classes.diverged : ''}`}>{text}</span>
      </RunsLink>
      {n !== '' && <span className={classes.count}>({n.replace('n ', '')})</span>}
      <span className={classes.mark}>
        {place !== undefined && (
          <>
            <span aria-hidden="true">{place === 1 ? '' : place}</span>
            <span className={classes.spoken}>{placeWords[place]}</span>
          </>
        )}
        {isLevel && (
          <>
            <span aria-hidden="true">≈</span>
            <span className={classes.spoken}> not told apart</span>
          </>
        )}
      </span>
      {note !== '' && (
        <span className={`${classes.under} ${isDiverged ? classes.diverged : ''}`}>{note}</span>
      )}
    </td>
  )
}

interface RunsLinkProps {
  readonly runIds: readonly string[]
  readonly name: string
  readonly children: React.ReactNode
}

/** To the run, or to all of them side by side. */
function RunsLink({ runIds, name, children }: RunsLinkProps) {
  const [first] = runIds
  if (first === undefined) return <Fragment>{children}</Fragment>
  if (runIds.length === 1)
    return (
      <Link to="/runs/$runId" params={{ runId: first }} className={classes.value} title={`${name}: the run`}>
        {children}
      </Link>
    )
  return (
    <Link
      to="/compare"
      search={{ ids: [...runIds] }}
      className={classes.value}
      title={`${name}: its ${runIds.length} runs side by side`}
    >
      {children}
    </Link>
  )
}
