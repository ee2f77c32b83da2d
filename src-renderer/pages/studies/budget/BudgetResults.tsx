import { useMemo, useState } from 'react'
import { budgetBlocks, type ScorePart, schedulesIn, scoreFor } from '../../../../shared/study/budgetBlocks.ts'
import { budgetVerdict } from '../../../../shared/study/budgetVerdict.ts'
import type { BudgetStudySpec } from '../../../../shared/study/spec.ts'
import { ScoreMeasureSwitch } from '../../../components/ScoreMeasureSwitch.tsx'
import { useScoreMeasure } from '../../../hooks/useScoreMeasure.ts'
import { CopyTable } from '../CopyTable.tsx'
import { PartSwitch } from '../PartSwitch.tsx'
import classes from '../Results.module.css'
import { goesOn, type StudyResultsProps } from '../results.ts'
import { Section } from '../Section.tsx'
import { scoreTexts } from '../scoreTexts.ts'
import { AnytimeCharts } from './AnytimeCharts.tsx'
import { BudgetTable } from './BudgetTable.tsx'
import { scopeRanks } from './budgetRanks.ts'
import { budgetCsv, budgetMarkdown, budgetTable } from './budgetTable.ts'
import { costWords, followingWords } from './costWords.ts'
import { gridPlaces } from './gridPlaces.ts'
import { ProfileGrid } from './ProfileGrid.tsx'
import { gridTable, isGrid } from './profileGridView.ts'
import { Ranks } from './Ranks.tsx'
import { useRankTests } from './useRankTests.ts'

/** A budget study as the REX paper shows one: table, ranks, and what is had at any time. */
export function BudgetResults({ study, spec, cells }: StudyResultsProps<BudgetStudySpec>) {
  const [part, setPart] = useState<ScorePart>('validation')
  const [measure] = useScoreMeasure()
  const score = useMemo(() => scoreFor(spec.objective, part), [spec.objective, part])
  const texts = useMemo(() => scoreTexts(score, measure), [score, measure])
  const comparisons = useMemo(() => budgetBlocks(cells, score), [cells, score])
  const isGoingOn = goesOn(study)
  const sections = useMemo(() => budgetTable(comparisons, texts, isGoingOn), [comparisons, texts, isGoingOn])
  const overall = useMemo(() => scopeRanks(comparisons, 'all', score), [comparisons, score])
  const { tested } = useRankTests(overall)
  const verdict = useMemo(() => budgetVerdict(comparisons, score, tested), [comparisons, score, tested])
  const placeOf = useMemo(() => gridPlaces(spec), [spec])
  const hasGrid = isGrid(schedulesIn(comparisons), placeOf)
  // Ranks and charts without a value would be empty frames. A run that diverged is a value.
  const isAnything = comparisons.some(({ outcomes }) =>
    outcomes.some(({ n, diverged }) => n > 0 || diverged.length > 0),
  )
  return (
    <div className={classes.results}>
      <ul className={classes.verdict} aria-label="What came of it">
        {verdict.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <Section
        title="Schedules by budgets"
        about={
          <>
            {texts.title}, {texts.unit}: mean ± standard deviation (seeds). Bold: the best mean; <sup>2</sup>{' '}
            <sup>3</sup>: second and third; ≈ and dots: within the standard error of the difference to the
            best, so not told apart. {costWords(cells)}{' '}
            {followingWords(comparisons, spec.seeds.length, isGoingOn)}
          </>
        }
        actions={
          <div className={classes.bar}>
            <PartSwitch part={part} onPart={setPart} />
            {score.of === 'accuracy' && <ScoreMeasureSwitch />}
            <CopyTable
              what="the table"
              markdown={() => budgetMarkdown(sections, texts)}
              csv={() => budgetCsv(comparisons, score)}
            />
          </div>
        }
      >
        <BudgetTable sections={sections} texts={texts} />
      </Section>
      {isAnything ? (
        <>
          <Ranks comparisons={comparisons} score={score} />
          <AnytimeCharts comparisons={comparisons} score={score} texts={texts} />
          {hasGrid && (
            <ProfileGrid
              tables={comparisons.map((comparison) => gridTable(comparison, placeOf, score))}
              texts={texts}
            />
          )}
        </>
      ) : (
        <p className={classes.about}>
          {isGoingOn ? (
            <>
              When the first run has ended, ranks, shares of first places and the best so far against the
              steps trained come here{hasGrid && ', and the grid of profiles and sampling rates'}.
            </>
          ) : (
            'No run of the study came to a result, so there are no ranks and no charts.'
          )}
        </p>
      )}
    </div>
  )
}
