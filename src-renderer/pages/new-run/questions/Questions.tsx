import type { DatasetInfo } from '../../../../shared/api/datasets.ts'
import type { Placement } from '../../../../shared/worker/placement.ts'
import type { Checked } from '../model/check.ts'
import { getAt } from '../model/tree.ts'
import { usualNameOf } from '../model/usualName.ts'
import { BudgetQuestion } from './BudgetQuestion.tsx'
import { DataQuestion } from './DataQuestion.tsx'
import { ModelQuestion } from './ModelQuestion.tsx'
import { MoreQuestions } from './MoreQuestions.tsx'
import classes from './Questions.module.css'
import { RunQuestion } from './RunQuestion.tsx'
import { TrainingQuestion } from './TrainingQuestion.tsx'

interface QuestionsProps {
  readonly tree: unknown
  readonly checked: Checked
  /** The data sets of the lab that are whole; undefined until they are known. */
  readonly whole: readonly DatasetInfo[] | undefined
  readonly placement: Placement | null
  readonly onPlacement: (placement: Placement | null) => void
  /** Opens the editor of a model of one's own. */
  readonly onEditModel: () => void
}

/** All that is asked besides the schedule. */
export function Questions(given: QuestionsProps) {
  const { tree, checked, whole, placement, onPlacement, onEditModel } = given
  const of = (key: string): unknown => getAt(tree, [key])
  const wrong = Object.keys(checked.problems)
  return (
    <form className={classes.questions} aria-label="Run" onSubmit={(event) => event.preventDefault()}>
      <DataQuestion value={of('dataset')} whole={whole} />
      <ModelQuestion
        value={of('model')}
        isWrong={wrong.some((path) => path.startsWith('model.topology'))}
        onEdit={onEditModel}
      />
      <TrainingQuestion optimizer={of('optimizer')} batchSize={of('batchSize')} />
      <BudgetQuestion
        budget={of('budget')}
        snapshots={of('snapshots')}
        stepsPerEpoch={checked.plan?.stepsPerEpoch}
      />
      <RunQuestion
        name={of('name')}
        usualName={usualNameOf(tree)}
        seed={of('seed')}
        device={of('device')}
        placement={placement}
        onPlacement={onPlacement}
        isReady={whole !== undefined}
      />
      <MoreQuestions
        augmentation={of('augmentation')}
        labelSmoothing={of('labelSmoothing')}
        clipping={of('clipping')}
        ema={of('ema')}
        classWeights={of('classWeights')}
        evaluation={of('evaluation')}
        isWrong={wrong.some((path) =>
          /^(augmentation|labelSmoothing|clipping|ema|classWeights|evaluation)/.test(path),
        )}
      />
    </form>
  )
}
