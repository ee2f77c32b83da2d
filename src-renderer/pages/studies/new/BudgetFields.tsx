import { SegmentedControl } from '@mantine/core'
import { listAt, textAt } from '../../new-run/model/tree.ts'
import { NumbersField, SharesField } from './fields.tsx'
import classes from './NewStudy.module.css'
import { OptimizersField } from './OptimizersField.tsx'
import { SchedulesField } from './SchedulesField.tsx'
import { useStudyForm } from './studyForm.ts'
import { TasksField } from './TasksField.tsx'

/** Schedules × budgets × optimizers × tasks × seeds. */
export function BudgetFields() {
  const { tree, set } = useStudyForm()
  const mode = textAt(tree, ['rates', 'mode']) || 'fixed'
  const factors = listAt(tree, ['rates', 'factors']).length
  const seeds = listAt(tree, ['seeds']).length
  return (
    <>
      <SchedulesField />
      <section className={classes.group} aria-label="Budgets">
        <div className={classes.groupHead}>
          <h2>Budgets and repeats</h2>
        </div>
        <div className={classes.fields}>
          <SharesField path={['budgets']} label="Budgets, % of the base's" width={230} />
          <NumbersField path={['seeds']} label="Seeds" width={150} />
        </div>
        <p className={classes.help}>Every budget is a run of its own, with the schedule scaled to it.</p>
      </section>
      <section className={classes.group} aria-label="Rates">
        <div className={classes.groupHead}>
          <h2>Rates</h2>
          <SegmentedControl
            aria-label="Rates"
            value={mode}
            data={[
              { value: 'fixed', label: 'As written' },
              { value: 'tuned', label: 'Tuned for each cell' },
            ]}
            onChange={(chosen) =>
              set(
                ['rates'],
                chosen === 'tuned' ? { mode: 'tuned', factors: [0.1, 0.3, 1, 3] } : { mode: 'fixed' },
              )
            }
          />
        </div>
        {mode === 'tuned' && (
          <>
            <div className={classes.fields}>
              <NumbersField path={['rates', 'factors']} label="Factors on the schedule's rates" width={230} />
            </div>
            <p className={classes.help}>
              At each budget a schedule first trains once with each factor (first seed), then with every seed
              at the factor that was best on validation data: {factors} + {seeds} runs in place of {seeds},
              all of them counted beside Start.
            </p>
          </>
        )}
      </section>
      <section className={classes.group} aria-label="Optimizers and tasks">
        <div className={classes.groupHead}>
          <h2>Optimizers and tasks</h2>
        </div>
        <OptimizersField />
        <TasksField />
      </section>
    </>
  )
}
