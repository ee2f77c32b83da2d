import { Button } from '@mantine/core'
import type { StudyPlan } from '../../../../shared/api/studies.ts'
import { bytes, counted } from '../../../format/format.ts'
import { aboutTime } from '../../new-run/model/cost.ts'
import { settingsText } from '../words.ts'
import classes from './NewStudy.module.css'
import { trunkOf } from './studyDraft.ts'
import { type PlannedDraft, useStudyPlan } from './useStudyPlan.ts'

/** "30 runs, 12 000 steps, about 4 min, 12 MB on disk" */
function priceText({ runs, steps, seconds, bytes: room }: StudyPlan): string {
  const parts = [counted(runs, 'run'), counted(steps, 'step')]
  parts.push(seconds === null ? 'time not known before a run of it was measured' : aboutTime(seconds))
  if (room !== null) parts.push(`${bytes(room)} on disk`)
  return parts.join(', ')
}

/** What the study will cost; the last that was known while it is counted anew. */
export function StudyCost({ plan, isCurrent, problem }: PlannedDraft) {
  if (problem !== undefined) return <span className={classes.soft}>no cost while something is wrong</span>
  if (plan === undefined) return <span className={classes.soft}>counting the runs …</span>
  return <span data-current={isCurrent}>{priceText(plan)}</span>
}

/** The same question answered by one trunk, with both prices. */
export function TrunkOffer({
  tree,
  plan,
  isWrong,
  onUse,
}: {
  readonly tree: unknown
  readonly plan: StudyPlan | undefined
  /** The study itself cannot be planned: nothing is said of the trunk in its place. */
  readonly isWrong: boolean
  readonly onUse: (tree: unknown) => void
}) {
  const trunk = trunkOf(tree)
  const { plan: cheap, problem } = useStudyPlan(trunk)
  if (isWrong) return null
  if (problem !== undefined)
    return <p className={classes.help}>One trunk cannot serve these budgets as they are. {problem}</p>
  if (trunk === undefined || cheap === undefined) return null
  return (
    <section className={classes.offer} aria-label="The cheap budget study">
      <div>
        <strong>One trunk would serve all these budgets:</strong> {priceText(cheap)}
        {plan !== undefined && <>, instead of {priceText(plan)}</>}. It answers for one schedule, warm-up,
        stable, decay; this study compares several.
      </div>
      <Button variant="default" onClick={() => onUse(trunk)}>
        Use the trunk
      </Button>
    </section>
  )
}

const mostListed = 50

/** Combinations that make no sense, each with its reason. */
export function LeftOutList({ plan }: { readonly plan: StudyPlan | undefined }) {
  const left = plan?.leftOut ?? []
  if (left.length === 0) return null
  return (
    <details className={classes.leftOut}>
      <summary>{counted(left.length, 'combination')} left out</summary>
      <ul>
        {left.slice(0, mostListed).map(({ settings, reason }) => (
          <li key={JSON.stringify(settings)}>
            {settingsText(settings)}: {reason}
          </li>
        ))}
        {left.length > mostListed && <li>… and {left.length - mostListed} more</li>}
      </ul>
    </details>
  )
}
