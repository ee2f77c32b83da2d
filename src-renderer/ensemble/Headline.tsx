import { Text } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { type ScoreMeasure, scoreText } from '../format/scoreMeasure.ts'
import { useScoreMeasure } from '../hooks/useScoreMeasure.ts'
import type { AnswerModel } from './answerModel.ts'
import { areOfSeveralRuns, nameOf } from './candidates.ts'
import classes from './Ensemble.module.css'
import { choiceWords, gainWords } from './words.ts'

/** The answer: one big number, the score of the ensemble, and the small one it beats. */
export function Headline({ model, focus }: { readonly model: AnswerModel; readonly focus: boolean }) {
  const { test, validation, workbench, candidates, shares } = model
  const [measure] = useScoreMeasure()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (focus) heading.current?.focus({ preventScroll: true })
  }, [focus])
  const judged = test ?? validation
  const members = shares.filter((share) => share > 0).length
  if (judged === undefined)
    return (
      <div className={classes.headline}>
        <Text c="dimmed">Tick at least one member.</Text>
      </div>
    )
  const part = workbench.judged?.part ?? 'test'
  return (
    <div className={classes.headline}>
      <h3 className={classes.big} ref={heading} tabIndex={-1}>
        <span className={classes.number}>{scoreText(judged.ensemble.accuracy, measure, 2)}</span>{' '}
        <span className={classes.unit}>
          {part} {measure} of {members === 1 ? '1 snapshot' : `${members} snapshots`}
        </span>
      </h3>
      <div className={classes.beaten}>
        {candidates.length > 1 && <BestSnapshot model={model} judged={judged} measure={measure} />}
        {test !== undefined && validation !== undefined && (
          <span>
            Validation {measure}: <b>{scoreText(validation.ensemble.accuracy, measure, 2)}</b>
            {candidates.length > 1 &&
              `, best snapshot ${scoreText(validation.bestScores.accuracy, measure, 2)}`}
          </span>
        )}
        <Text size="xs" c="dimmed">
          {members === 1
            ? candidates.length === 1
              ? 'The only snapshot so far: an ensemble needs two.'
              : 'One member is no ensemble: tick another.'
            : [
                gainWords(judged.gain, { part, examples: judged.examples, chosenBy: model.chosenBy }),
                choiceWords({ part, chosenBy: model.chosenBy }),
              ]
                .filter((words) => words !== undefined)
                .join('. ')}
          {part === 'validation' && ' This data has no test part: judged on validation.'}
        </Text>
      </div>
    </div>
  )
}

interface BestSnapshotProps {
  readonly model: AnswerModel
  readonly judged: NonNullable<AnswerModel['test']>
  readonly measure: ScoreMeasure
}

/** What one would use without an ensemble; the same whoever is ticked. */
function BestSnapshot({ model: { candidates, workbench }, judged, measure }: BestSnapshotProps) {
  const best = candidates[judged.best]
  const how = workbench.best === null ? '' : `, chosen on ${workbench.best.chosenOn}`
  return (
    <span>
      Best snapshot: <b>{scoreText(judged.bestScores.accuracy, measure, 2)}</b>
      {best !== undefined && ` (${nameOf(best, areOfSeveralRuns(candidates))}${how})`}
    </span>
  )
}
