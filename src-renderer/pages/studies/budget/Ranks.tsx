import { SegmentedControl } from '@mantine/core'
import { useMemo, useState } from 'react'
import { type BudgetScope, budgetScopes, scopeWords } from '../../../../shared/study/budgetScopes.ts'
import { type Comparison, type StudyScore, scoreWords } from '../../../../shared/study/comparison.ts'
import classes from '../Results.module.css'
import { Section } from '../Section.tsx'
import { diagramWords, rankRows, rejects, scopeRanking } from './budgetRanks.ts'
import { DifferenceDiagram } from './DifferenceDiagram.tsx'
import { RanksTable } from './RanksTable.tsx'

interface RanksProps {
  readonly comparisons: readonly Comparison[]
  readonly score: StudyScore
}

const scopeChoices = [
  { value: 'all', label: 'All budgets' },
  { value: 'low', label: 'Low' },
  { value: 'high', label: 'High' },
] as const

/** Which schedule is better over many budgets, tasks and optimizers, as the REX paper and Demšar tell it. */
export function Ranks({ comparisons, score }: RanksProps) {
  const [scope, setScope] = useState<BudgetScope>('all')
  const rankings = useMemo(
    () => budgetScopes.map((one) => scopeRanking(comparisons, one, score)),
    [comparisons, score],
  )
  const chosen = rankings.find((one) => one.scope === scope)
  const ranking = chosen?.ranking
  return (
    <div className={classes.columns}>
      <Section
        title="Mean ranks"
        about={`By ${scoreWords(score)} over ${scopeWords[scope]}; rank 1 is best. A bar joins schedules that cannot be told apart.`}
        actions={
          <SegmentedControl<BudgetScope>
            aria-label="Budgets that are ranked"
            value={scope}
            onChange={setScope}
            data={[...scopeChoices]}
          />
        }
      >
        {chosen === undefined || ranking === undefined ? (
          <p className={classes.about}>
            Ranks need at least two schedules, and two comparisons that all of them have come through; there{' '}
            {chosen?.comparisons === 1 ? 'is one' : `are ${chosen?.comparisons ?? 0}`} here.
          </p>
        ) : (
          <>
            <DifferenceDiagram
              ranked={chosen.names.map((name, i) => ({ name, meanRank: ranking.meanRank[i] ?? Number.NaN }))}
              criticalDifference={rejects(ranking) ? ranking.criticalDifference : undefined}
              summary={diagramWords(chosen)}
            />
            <p className={classes.about}>{diagramWords(chosen)}</p>
          </>
        )}
      </Section>
      <Section
        title="First, and among the first three"
        about="Share of comparisons in which no other schedule, or at most two, were strictly better. Low: up to 10 % of the budget, high: above, as the REX paper parts them; how many comparisons each has stands in brackets."
      >
        <RanksTable rows={rankRows(rankings, scope)} rankings={rankings} />
      </Section>
    </div>
  )
}
