import type { CSSProperties } from 'react'
import { profileWords, rateWords } from '../../../../shared/study/profileGrid.ts'
import { count } from '../../../format/format.ts'
import classes from '../Results.module.css'
import { Scroll } from '../Scroll.tsx'
import { Section } from '../Section.tsx'
import type { ScoreTexts } from '../scoreTexts.ts'
import { budgetText, sectionTitle } from './budgetTable.ts'
import type { GridCell, GridTable } from './profileGridView.ts'

interface ProfileGridProps {
  readonly tables: readonly GridTable[]
  readonly texts: ScoreTexts
}

/** The grid of the REX paper: what the profile does, and what the sampling rate does. */
export function ProfileGrid({ tables, texts }: ProfileGridProps) {
  return (
    <Section
      title="Profile by sampling rate"
      about={`${texts.title}, ${texts.unit}: mean over the seeds, a table for each budget. Rows: along which curve the rate falls; columns: when it is computed anew. The stronger the tint, the better within the table; the best is bold.`}
    >
      <div className={classes.columns}>
        {tables.map((table) => (
          <Grid
            key={`${sectionTitle(table.comparison)} ${table.comparison.budget}`}
            table={table}
            texts={texts}
          />
        ))}
      </div>
    </Section>
  )
}

function Grid({ table, texts }: { readonly table: GridTable; readonly texts: ScoreTexts }) {
  const { comparison, rates, rows, means } = table
  const title = [
    sectionTitle(comparison),
    `${budgetText(comparison.budget)}, ${count(comparison.steps)} steps`,
  ]
    .filter((part) => part !== '')
    .join(' · ')
  const meanText = (mean: number): string => (Number.isNaN(mean) ? '–' : texts.value(mean))
  return (
    <Scroll label={`Profile by sampling rate at ${title}: table`}>
      <table className={classes.table}>
        <caption className={classes.caption}>{title}</caption>
        <thead>
          <tr>
            <th scope="col">Profile</th>
            {rates.map((rate) => (
              <th key={rate} scope="col" className={classes.middle}>
                {rateWords[rate]}
              </th>
            ))}
            <th scope="col">mean</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ profile, cells, mean }) => (
            <tr key={profile}>
              <th scope="row">{profileWords[profile]}</th>
              {cells.map((cell) => (
                <HeatCell key={cell.rate} cell={cell} texts={texts} />
              ))}
              <td>{meanText(mean)}</td>
            </tr>
          ))}
          <tr data-total="true">
            <th scope="row">mean</th>
            {means.map((mean, i) => (
              <td key={rates[i]} className={classes.heat} style={heat(0)}>
                {meanText(mean)}
              </td>
            ))}
            <td />
          </tr>
        </tbody>
      </table>
    </Scroll>
  )
}

function HeatCell({
  cell: { outcome, heat: share },
  texts,
}: {
  readonly cell: GridCell
  readonly texts: ScoreTexts
}) {
  if (outcome === undefined || (outcome.n === 0 && outcome.diverged.length === 0)) {
    return <td className={classes.heat}>–</td>
  }
  const { n, mean, standardDeviation, place, diverged } = outcome
  return (
    <td className={classes.heat} style={heat(share ?? 0)} data-place={place}>
      <span className={classes.value}>{n === 0 ? 'diverged' : texts.value(mean)}</span>
      <span className={classes.under}>
        {standardDeviation !== null && `± ${texts.spread(standardDeviation)}`}
        {n > 0 && ` (${n})`}
        {n > 0 && diverged.length > 0 && `, ${diverged.length} diverged`}
      </span>
    </td>
  )
}

/** CSS takes properties of its own; React's types do not know them. */
const heat = (share: number): CSSProperties => Object.fromEntries([['--heat', share.toFixed(3)]])
