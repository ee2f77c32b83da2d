import { memo } from 'react'
import { Field } from '../Field.tsx'
import { useForm } from '../form.ts'
import { ChoiceField, ValueField } from '../inputs.tsx'
import type { Choice, FieldSpec } from '../model/fields.ts'
import { getAt, textAt } from '../model/tree.ts'
import classes from './Questions.module.css'

const budgetUnits: readonly Choice[] = [
  ['epochs', 'epochs'],
  ['steps', 'steps'],
]

export const BudgetQuestion = memo(function BudgetQuestion({
  budget,
  snapshots,
  stepsPerEpoch,
}: {
  readonly budget: unknown
  readonly snapshots: unknown
  /** To turn one unit into the other; undefined while not known. */
  readonly stepsPerEpoch: number | undefined
}) {
  const { set } = useForm()
  const unit = getAt(budget, ['steps']) === undefined ? 'epochs' : 'steps'
  const amount = getAt(budget, [unit])
  const change = (to: string | number) => {
    if (to === unit) return
    const factor = stepsPerEpoch ?? 1
    const turned =
      typeof amount !== 'number'
        ? amount
        : to === 'steps'
          ? Math.round(amount * factor)
          : Number((amount / factor).toFixed(3))
    set(['budget'], { [String(to)]: turned })
  }
  const rule = textAt(snapshots, ['at'])
  const ruleOf = (at: string | number) => {
    if (at === 'epochs') return { at, every: 1 }
    if (at !== 'steps') return { at }
    const steps = typeof amount === 'number' ? amount * (unit === 'steps' ? 1 : (stepsPerEpoch ?? 1)) : 2
    return { at, steps: [Math.max(1, Math.round(steps / 2))] }
  }
  return (
    <fieldset className={classes.part}>
      <legend>Budget and snapshots</legend>
      <ValueField path={['budget', unit]} field={budgetField} value={amount ?? ''} unit={unit} />
      <ChoiceField
        path={['budget', 'unit']}
        label="Counted in"
        value={unit}
        options={budgetUnits}
        onChoose={change}
      />
      <ChoiceField
        path={['snapshots', 'at']}
        label="Snapshots"
        value={rule}
        options={snapshotRules}
        onChoose={(at) => set(['snapshots'], ruleOf(at))}
      />
      {rule === 'epochs' && <Field at={['snapshots']} field={every} value={getAt(snapshots, ['every'])} />}
      {rule === 'steps' && <Field at={['snapshots']} field={steps} value={getAt(snapshots, ['steps'])} />}
    </fieldset>
  )
})

const budgetField: FieldSpec = { key: 'budget', label: 'Budget', type: { is: 'number' } }
const every: FieldSpec = { key: 'every', label: 'Every', type: { is: 'number', unit: 'epochs' } }
const steps: FieldSpec = {
  key: 'steps',
  label: 'After steps',
  type: { is: 'numbers', unit: 'steps' },
  hint: 'After so many steps each, and after the last one: states to branch other runs from.',
}
const snapshotRules: readonly Choice[] = [
  ['cycleEnds', 'at cycle ends'],
  ['epochs', 'every n epochs'],
  ['steps', 'after steps of my choice'],
  ['last', 'the last model'],
]
