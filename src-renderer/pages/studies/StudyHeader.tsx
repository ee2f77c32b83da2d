import { Button } from '@mantine/core'
import type { StudySummary } from '../../../shared/api/studies.ts'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { ago, duration, moment } from '../../format/format.ts'
import { useScoreMeasure } from '../../hooks/useScoreMeasure.ts'
import { ProgressBar } from './ProgressBar.tsx'
import { SlotsChoice } from './SlotsChoice.tsx'
import classes from './Studies.module.css'
import { StudyMenu } from './StudyMenu.tsx'
import { StudyName } from './StudyName.tsx'
import { StudyNote } from './StudyNote.tsx'
import { commandStudy } from './studyActs.ts'
import { bestWords, kindNames, objectiveWords, progressWords, settingsText, statusOf } from './words.ts'

/** What the study is, how far it has come, and what can be done with it as a whole. */
export function StudyHeader({ study }: { readonly study: StudySummary }) {
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
          <Steering study={study} />
          <SlotsChoice study={study} />
          <StudyMenu study={study} />
        </div>
      </div>
      <p className={classes.second}>
        <span>{kindNames[study.kind]}</span>
        <span title={moment(study.createdAt)}>started {ago(study.createdAt)}</span>
        {study.endedAt !== null && <span>took {duration((study.endedAt - study.createdAt) / 1000)}</span>}
        <span>chosen by {objectiveWords(spec.objective, measure)}</span>
        {best !== null && (
          <span>
            best run <strong>{bestWords(best, spec.objective, measure)}</strong> at{' '}
            {settingsText(best.settings)}, seed {best.seed}
          </span>
        )}
        {study.reason !== null && <span className={classes.reason}>{study.reason}</span>}
      </p>
      <StudyNote id={study.id} name={study.name} note={study.note} />
    </header>
  )
}

/** The one or two buttons that the state asks for. */
function Steering({ study }: { readonly study: StudySummary }) {
  const { status, counts } = study
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
      {counts.failed + counts.other > 0 && (
        <Button variant="default" onClick={() => void commandStudy(study, 'retryFailed')}>
          Retry failed
        </Button>
      )}
    </>
  )
}
