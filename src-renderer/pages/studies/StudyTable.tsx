import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import type { StudySummary } from '../../../shared/api/studies.ts'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { ago, duration, moment, unknown } from '../../format/format.ts'
import type { ScoreMeasure } from '../../format/scoreMeasure.ts'
import { useScoreMeasure } from '../../hooks/useScoreMeasure.ts'
import { ProgressBar } from './ProgressBar.tsx'
import classes from './Studies.module.css'
import { bestWords, cellText, kindNames, progressWords, statusOf } from './words.ts'

/** Every study of the lab, the newest first. */
export function StudyTable({ studies }: { readonly studies: readonly StudySummary[] }) {
  const [measure] = useScoreMeasure()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label="All studies">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Kind</th>
            <th scope="col">Status</th>
            <th scope="col">Progress</th>
            <th scope="col">Best run so far</th>
            <th scope="col" className={classes.number}>
              Time
            </th>
            <th scope="col">Started</th>
          </tr>
        </thead>
        <tbody>
          {studies.map((study) => (
            <Row key={study.id} study={study} measure={measure} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

const Row = memo(function Row({
  study,
  measure,
}: {
  readonly study: StudySummary
  readonly measure: ScoreMeasure
}) {
  const { id, name, kind, counts, best, spec, createdAt, endedAt } = study
  return (
    <tr>
      <th scope="row">
        <Link to="/studies/$studyId" params={{ studyId: id }}>
          {name}
        </Link>
      </th>
      <td>{kindNames[kind]}</td>
      <td>
        <StatusBadge {...statusOf(study)} />
      </td>
      <td>
        <span className={classes.progressCell}>
          <ProgressBar counts={counts} />
          <span className={classes.small}>{progressWords(counts)}</span>
        </span>
      </td>
      <td className={classes.bestCell}>
        {best === null ? (
          unknown
        ) : (
          <>
            {bestWords(best, spec.objective, measure)}
            <span className={classes.small} title={cellText(best, spec)}>
              {cellText(best, spec)}
            </span>
          </>
        )}
      </td>
      <td className={classes.number}>{duration(((endedAt ?? Date.now()) - createdAt) / 1000)}</td>
      <td title={moment(createdAt)}>{ago(createdAt)}</td>
    </tr>
  )
})
