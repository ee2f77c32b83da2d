import { SegmentedControl } from '@mantine/core'
import { useMemo, useState } from 'react'
import { type BudgetBlock, type StudyScore, scoreWords } from '../../../../shared/study/budgetBlocks.ts'
import { type BudgetScope, budgetScopes, scopeWords } from '../../../../shared/study/budgetScopes.ts'
import { ErrorNote } from '../../../components/ErrorNote.tsx'
import classes from '../Results.module.css'
import { Section } from '../Section.tsx'
import { diagramWords, rankRows, rejects, type ScopeRanks, scopeRanks } from './budgetRanks.ts'
import { DifferenceDiagram } from './DifferenceDiagram.tsx'
import { RanksTable } from './RanksTable.tsx'
import { useRankTests } from './useRankTests.ts'

interface RanksProps {
  readonly comparisons: readonly BudgetBlock[]
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
  const all = useMemo(
    () => budgetScopes.map((one) => scopeRanks(comparisons, one, score)),
    [comparisons, score],
  )
  const chosen = useMemo(() => scopeRanks(comparisons, scope, score), [comparisons, scope, score])
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
        <TestedDiagram of={chosen} />
      </Section>
      <Section
        title="First, and among the first three"
        about="Share of comparisons in which no other schedule, or at most two, were strictly better. Low: up to 10 % of the budget, high: above, as the REX paper parts them; how many comparisons each has stands in brackets."
      >
        <RanksTable rows={rankRows(all, scope)} all={all} />
      </Section>
    </div>
  )
}

function TestedDiagram({ of }: { readonly of: ScopeRanks }) {
  const { tested, error } = useRankTests(of)
  if (error !== null) return <ErrorNote title="The ranks could not be tested" error={error} />
  if (tested === null)
    return (
      <p className={classes.about}>
        Ranks need at least two schedules, and two comparisons that all of them have come through; here{' '}
        {of.ranks.length === 1 ? 'is one' : `are ${of.ranks.length}`}.
      </p>
    )
  if (tested === undefined) return <p className={classes.about}>Testing the ranks…</p>
  return (
    <>
      <DifferenceDiagram
        ranked={of.names.map((name, i) => ({ name, meanRank: of.meanRank[i] ?? Number.NaN }))}
        criticalDifference={rejects(tested) ? tested.criticalDifference : undefined}
        summary={diagramWords(of, tested)}
      />
      <p className={classes.about}>{diagramWords(of, tested)}</p>
    </>
  )
}
