import { Checkbox, Select } from '@mantine/core'
import { getAt, textAt } from '../../new-run/model/tree.ts'
import { AxesEditor } from './AxesEditor.tsx'
import { NumberField, NumbersField, SharesField } from './fields.tsx'
import classes from './NewStudy.module.css'
import { useStudyForm } from './studyForm.ts'

const methods = [
  { value: 'grid', label: 'Grid: every combination' },
  { value: 'oneAtATime', label: 'One at a time: all else as in the base' },
  { value: 'random', label: 'Random' },
  { value: 'quasiRandom', label: 'Quasi-random (Sobol): evenly spread' },
] as const

/** Axes, how they are searched, and seeds. */
export function SweepFields() {
  const { tree, set } = useStudyForm()
  const method = textAt(tree, ['search', 'method']) || 'grid'
  const isDrawn = method === 'random' || method === 'quasiRandom'
  const isHalving = getAt(tree, ['halving']) !== undefined
  return (
    <>
      <AxesEditor />
      <section className={classes.group} aria-label="Search">
        <div className={classes.groupHead}>
          <h2>How it is searched</h2>
        </div>
        <div className={classes.fields}>
          <Select
            label="Search"
            w={290}
            data={[...methods]}
            value={method}
            allowDeselect={false}
            onChange={(chosen) => {
              if (chosen === null || chosen === method) return
              const drawn = chosen === 'random' || chosen === 'quasiRandom'
              set(['search'], drawn ? { method: chosen, cells: 30, seed: 1 } : { method: chosen })
            }}
          />
          {isDrawn && <NumberField path={['search', 'cells']} label="Settings drawn" width={110} />}
          {isDrawn && <NumberField path={['search', 'seed']} label="Seed of the draw" width={110} />}
          <NumbersField
            path={['seeds']}
            label="Seeds"
            width={150}
            placeholder="the base's"
            hint="Each setting is run once with each: repeats over seeds are one row with mean and standard deviation"
          />
        </div>
        <Checkbox
          mt="xs"
          label="Halving: only the best of each rung of budgets go on"
          checked={isHalving}
          onChange={({ currentTarget }) =>
            set(['halving'], currentTarget.checked ? { rungs: [0.11, 0.33, 1], keep: 0.333 } : undefined)
          }
        />
        {isHalving && (
          <>
            <p className={classes.help}>
              Stopping a run half-way through its decay would compare what cannot be compared: every rung is a
              run of its own, with the schedule rescaled to that budget.
            </p>
            <div className={classes.fields}>
              <SharesField path={['halving', 'rungs']} label="Rungs, % of the budget" width={190} />
              <NumberField path={['halving', 'keep']} label="Share that goes on" width={130} />
            </div>
          </>
        )}
      </section>
    </>
  )
}
