import { Link, useLocation, useParams } from '@tanstack/react-router'
import { NameText } from '../components/NameText.tsx'
import { useRunSummary } from '../hooks/useRuns.ts'
import { useStudies } from '../hooks/useStudies.ts'
import classes from './Place.module.css'

const names: Readonly<Record<string, string>> = {
  '/': 'Runs',
  '/new': 'New run',
  '/compare': 'Compare',
  '/studies': 'Studies',
  '/studies/new': 'New study',
  '/ensembles': 'Ensembles',
  '/data': 'Data',
  '/mistakes': 'Mistakes',
  '/workers': 'Workers',
  '/sql': 'SQL',
  '/settings': 'Settings',
}

/** Where one is: the page, or the run or study with the way back to the others. */
export function Place() {
  const path = useLocation({ select: ({ pathname }) => pathname })
  const { runId, studyId } = useParams({ strict: false })
  return (
    <nav aria-label="Place" className={classes.place}>
      {(runId !== undefined || path === '/compare') && <Up to="/" name="Runs" />}
      {(studyId !== undefined || path === '/studies/new') && <Up to="/studies" name="Studies" />}
      <span aria-current="page" className={classes.here}>
        {runId !== undefined && <RunName id={runId} />}
        {studyId !== undefined && <StudyName id={studyId} />}
        {runId === undefined && studyId === undefined && (names[path] ?? 'Not found')}
      </span>
    </nav>
  )
}

function Up({ to, name }: { readonly to: '/' | '/studies'; readonly name: string }) {
  return (
    <>
      <Link to={to} className={classes.up}>
        {name}
      </Link>
      <span aria-hidden="true">/</span>
    </>
  )
}

const RunName = ({ id }: { readonly id: string }) => <NameText name={useRunSummary(id)?.name ?? id} />

const StudyName = ({ id }: { readonly id: string }) =>
  useStudies().studies.find((study) => study.id === id)?.name ?? id
