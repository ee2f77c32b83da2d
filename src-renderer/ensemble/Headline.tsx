import { Text } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { percent } from '../format/format.ts'
import { areOfSeveralRuns, nameOf } from './candidates.ts'
import classes from './Ensemble.module.css'
import type { EnsembleModel } from './useEnsemble.ts'
import { gainWords } from './words.ts'

/** The answer: one big number, the error of the ensemble, and the small one it beats. */
export function Headline({ model, focus }: { readonly model: EnsembleModel; readonly focus: boolean }) {
  const { test, validation, workbench, candidates, shares } = model
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
  const best = candidates[judged.best]
  return (
    <div className={classes.headline}>
      <h3 className={classes.big} ref={heading} tabIndex={-1}>
        <span className={classes.number}>{percent(1 - judged.ensemble.accuracy, 2)}</span>{' '}
        <span className={classes.unit}>
          {part} error of {members === 1 ? '1 snapshot' : `${members} snapshots`}
        </span>
      </h3>
      <div className={classes.beaten}>
        {candidates.length > 1 && (
          <span>
            Best single: <b>{percent(1 - judged.bestScores.accuracy, 2)}</b>
            {best !== undefined && ` (${nameOf(best, areOfSeveralRuns(candidates))})`}
          </span>
        )}
        {test !== undefined && validation !== undefined && (
          <span>
            Validation error: <b>{percent(1 - validation.ensemble.accuracy, 2)}</b>
            {candidates.length > 1 && `, best single ${percent(1 - validation.bestScores.accuracy, 2)}`}
          </span>
        )}
        <Text size="xs" c="dimmed">
          {members === 1
            ? candidates.length === 1
              ? 'The only snapshot so far: an ensemble needs two.'
              : 'One member is no ensemble: tick another.'
            : gainWords(judged.gain, judged.examples)}
          {part === 'validation' && '. This data has no test part: judged on validation.'}
        </Text>
      </div>
    </div>
  )
}
