import { Button } from '@mantine/core'
import type { StudyCellInfo, StudySummary } from '../../../shared/api/studies.ts'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { ago, duration, moment } from '../../format/format.ts'
import { useScoreMeasure } from '../../hooks/useScoreMeasure.ts'
import { ProgressBar } from './ProgressBar.tsx'
import { SlotsChoice } from './SlotsChoice.tsx'
import classes from './Studies.module.css'
import { StudyMenu } from './StudyMenu.tsx'
import { StudyName } from './StudyName.tsx'
import { StudyNote } from './StudyNote.tsx'
import { StudyPlace } from './StudyPlace.tsx'
import { commandStudy } from './studyActs.ts'
import { bestWords, cellText, kindNames, objectiveWords, progressWords, statusOf } from './words.ts'

interface StudyHeaderProps {
  readonly study: StudySummary
  readonly cells: readonly StudyCellInfo[]
}

/** What the study is, how far it has come, and what can be done with it as a whole. */
export function StudyHeader({ study, cells }: StudyHeaderProps) {
  const [measure] = useScoreMeasure()
  const { counts, best, spec } = study
  return (
    <header className={classes.header}>
      <div className={classes.first}>
        <StudyName study={study} />
        <StatusBadge {...statusOf(study)} />
        <ProgressBar counts={counts} />
        <span className={classes.detail}>{progressWords(counts)}</span>
        <div className={classes.actions}>
          <Steering study={study} canRetry={cells.some(canRunAgain)} />
          <SlotsChoice study={study} />
          <StudyMenu study={study} />
        </div>
      </div>
      <p className={classes.second}>
        <span>{kindNames[study.kind]}</span>
        <span title={moment(study.createdAt)}>started {ago(study.createdAt)}</span>
        {study.endedAt !== null && <span>took {duration((study.endedAt - study.createdAt) / 1000)}</span>}
        <StudyPlace placement={study.placement} />
        <span>chosen by {objectiveWords(spec.objective, measure)}</span>
        {spec.initialWeights?.from !== undefined && (
          <span>begins with the weights of {spec.initialWeights.from}</span>
        )}
        {best !== null && (
          <span>
            best single run <strong>{bestWords(best, spec.objective, measure)}</strong> at{' '}
            {cellText(best, spec)}, seed {best.seed}
          </span>
        )}
        {study.reason !== null && <span className={classes.reason}>{study.reason}</span>}
      </p>
      <StudyNote id={study.id} name={study.name} note={study.note} />
    </header>
  )
}

/** The one or two buttons that the state asks for. */
function Steering({ study, canRetry }: { readonly study: StudySummary; readonly canRetry: boolean }) {
  const { status } = study
  return (
    <>
      {status === 'active' && (
        <Button variant="default" onClick={() => void commandStudy(study, 'pause')}>
          Pause
        </Button>
      )}
      {(status === 'paused' || status === 'cancelled') && (
        <Button onClick={() => void commandStudy(study, 'resume')}>Resume</Button>
      )}
      {(status === 'active' || status === 'paused') && (
        <Button variant="default" onClick={() => void commandStudy(study, 'cancel')}>
          Cancel
        </Button>
      )}
      {canRetry && (
        <Button variant="default" onClick={() => void commandStudy(study, 'retryFailed')}>
          Retry failed
        </Button>
      )}
    </>
  )
}

/** What ended by an error, was stopped or deleted may run again; a run that diverged is a result and stays. */
const canRunAgain = ({ status, diverged }: StudyCellInfo): boolean =>
  (status === 'failed' && diverged === null) ||
  status === 'stopped' ||
  status === 'interrupted' ||
  status === 'deleted'
