import { SegmentedControl } from '@mantine/core'
import { memo, useMemo, useState } from 'react'
import { isMember } from '../../shared/ensemble/choice.ts'
import { anyRight, meanDisagreement } from '../../shared/ensemble/disagreement.ts'
import { memberPairs } from '../../shared/ensemble/memberDiversity.ts'
import { count, percent } from '../format/format.ts'
import { thinned } from '../ribbon/sample.ts'
import { DiversityCharts } from './DiversityCharts.tsx'
import classes from './Ensemble.module.css'
import { PairMatrix } from './PairMatrix.tsx'
import { type PairStatistic, pairStatisticKeys, pairStatistics } from './pairStatistics.ts'
import { Section } from './Section.tsx'
import type { EnsembleModel } from './useEnsemble.ts'

/** Of more, the cells grow by the square: 300 would take the page seconds, and nobody reads 90,000 numbers. */
const mostShown = 40

/** How much every two candidates differ, and how that goes with how good they are: what averaging lives on. */
export const DiversitySection = memo(function DiversitySection({ model }: { readonly model: EnsembleModel }) {
  const { workbench, candidates, choice } = model
  const [statistic, setStatistic] = useState<PairStatistic>('disagreement')
  const judged = workbench.judged
  const members = useMemo(() => choice.ticked.map((_, k) => isMember(choice, k)), [choice])
  const shown = useMemo(() => thinned([...candidates.keys()], mostShown), [candidates])
  const predictions = useMemo(() => shown.flatMap((k) => judged?.predictions[k] ?? []), [judged, shown])
  const pairs = useMemo(() => {
    const [first] = predictions
    return first === undefined
      ? []
      : memberPairs(
          predictions.map(({ scores }) => scores.argmax),
          first.truth,
        )
  }, [predictions])
  if (judged === null || candidates.length < 2) return null
  return (
    <>
      <Section
        title="Pairs of members"
        about={
          <>
            On {judged.part}. {pairStatistics[statistic].about} <Summary model={model} members={members} />
            {shown.length < candidates.length &&
              ` ${count(shown.length)} of the ${count(candidates.length)} are shown, evenly taken.`}
          </>
        }
      >
        <SegmentedControl
          size="xs"
          aria-label="What is measured of two members"
          value={statistic}
          onChange={setStatistic}
          data={pairStatisticKeys.map((value) => ({ value, label: pairStatistics[value].short }))}
        />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section className={classes.scroll} tabIndex={0} aria-label="Diversity: matrix">
          <PairMatrix
            pairs={pairs}
            statistic={statistic}
            candidates={candidates}
            members={members}
            shown={shown}
          />
        </section>
      </Section>
      <DiversityCharts
        pairs={pairs}
        part={judged.part}
        shown={shown.flatMap((k) => candidates[k] ?? [])}
        accuracies={predictions.map(({ scores }) => scores.accuracy)}
      />
    </>
  )
})

interface SummaryProps {
  readonly model: EnsembleModel
  readonly members: readonly boolean[]
}

function Summary({ model: { workbench }, members }: SummaryProps) {
  const judged = workbench.judged
  const chosen = useMemo(
    () => judged?.predictions.filter((_, k) => members[k] === true) ?? [],
    [judged, members],
  )
  const mean = useMemo(() => meanDisagreement(chosen), [chosen])
  const [first] = chosen
  if (first === undefined || mean === undefined) return null
  const right = anyRight(chosen, first.labels)
  return (
    <>
      Members differ on {percent(mean, 1)} of them on average; at least one is right on {percent(right, 1)}.
    </>
  )
}
