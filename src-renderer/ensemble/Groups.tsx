import type { EnsembleInfo } from '../../shared/api/ensembles.ts'
import type { RunSummary } from '../../shared/api/runs.ts'
import { isMember } from '../../shared/ensemble/choice.ts'
import { trainingCost } from '../../shared/ensemble/trainingCost.ts'
import { useRuns } from '../hooks/useRuns.ts'
import { Calibration } from './Calibration.tsx'
import { ClassTable } from './ClassTable.tsx'
import { Comparisons } from './Comparisons.tsx'
import { costWords } from './cost.ts'
import { DiversitySection } from './DiversitySection.tsx'
import { Group, NotApplicable } from './Group.tsx'
import { LastCurve } from './LastCurve.tsx'
import { ScoresTable } from './ScoresTable.tsx'
import { Section } from './Section.tsx'
import { useClassNames } from './useClassNames.ts'
import type { EnsembleModel } from './useEnsemble.ts'
import { WeightAverage } from './WeightAverage.tsx'

interface GroupsProps {
  readonly model: EnsembleModel
  /** The model of a moment ago, for what takes longer to draw than a frame. */
  readonly late: EnsembleModel
  readonly runs: readonly RunSummary[]
  readonly saved: readonly EnsembleInfo[]
}

/** What is known of the ensemble, question by question. What does not apply says why. */
export function Groups({ model, late, runs, saved }: GroupsProps) {
  const { workbench, candidates, choice } = model
  const judged = late.test ?? late.validation
  const names = useClassNames(runs[0]?.datasetId)
  const { byId } = useRuns()
  const members = candidates.filter((_, k) => isMember(choice, k))
  const part = workbench.judged?.part ?? 'test'
  const isOne = candidates.length < 2
  const only = 'this is the only one so far.'
  return (
    <>
      <Group of="scores">
        {judged === undefined && <NotApplicable>Nobody is ticked: there is nothing to score.</NotApplicable>}
        {(model.test ?? model.validation) && (
          <Section title="On all examples" about={costWords(members, trainingCost(members, byId))}>
            <ScoresTable model={model} />
          </Section>
        )}
        {isOne ? (
          <NotApplicable>The curve of the last 1 to M members takes two snapshots; {only}</NotApplicable>
        ) : (
          <LastCurve test={late.test} validation={late.validation} />
        )}
        {judged && <ClassTable judged={judged} part={part} names={names} />}
      </Group>
      <Group of="choice">
        {isOne ? (
          <NotApplicable>Choosing among members takes two snapshots; {only}</NotApplicable>
        ) : (
          <Comparisons model={model} lineage={byId} />
        )}
      </Group>
      <Group of="diversity">
        {isOne ? (
          <NotApplicable>How members differ takes two snapshots; {only}</NotApplicable>
        ) : (
          <DiversitySection model={late} />
        )}
      </Group>
      <Group of="calibration">
        {judged === undefined ? (
          <NotApplicable>Nobody is ticked: there is no confidence to judge.</NotApplicable>
        ) : (
          <Calibration model={late} judged={judged} part={part} />
        )}
      </Group>
      <Group of="weights">
        {isOne ? (
          <NotApplicable>Averaging weights takes two snapshots of one run; {only}</NotApplicable>
        ) : (
          <WeightAverage model={model} saved={saved} />
        )}
      </Group>
    </>
  )
}
