import { memo, useState } from 'react'
import { Field } from '../Field.tsx'
import type { FieldSpec } from '../model/fields.ts'
import { getAt } from '../model/tree.ts'
import classes from './Questions.module.css'

const augmentation: readonly FieldSpec[] = [
  {
    key: 'crop',
    label: 'Random crop',
    type: { is: 'number', unit: 'px' },
    hint: 'Pixels of padding before a random crop back to the image’s size.',
  },
  { key: 'flip', label: 'Mirror half', type: { is: 'flag' } },
]
const smoothing: FieldSpec = {
  key: 'labelSmoothing',
  label: 'Label smoothing',
  type: { is: 'number' },
}
const evaluate: FieldSpec = {
  key: 'everyEpochs',
  label: 'Evaluate every',
  type: { is: 'number', unit: 'epochs' },
}

/** What most runs leave as it is. */
export const MoreQuestions = memo(function MoreQuestions(given: {
  readonly augmentation: unknown
  readonly labelSmoothing: unknown
  readonly evaluation: unknown
  /** Something in here is wrong: it must be seen. */
  readonly isWrong: boolean
}) {
  const [isOpen, setOpen] = useState(false)
  const isUsual =
    getAt(given.augmentation, ['crop']) === 0 &&
    getAt(given.augmentation, ['flip']) === false &&
    given.labelSmoothing === 0
  return (
    <details
      className={classes.more}
      open={isOpen || given.isWrong}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>Augmentation, smoothing{isUsual ? ': none' : ''}</summary>
      <div className={classes.grid}>
        {augmentation.map((field) => (
          <Field
            key={field.key}
            at={['augmentation']}
            field={field}
            value={getAt(given.augmentation, [field.key])}
          />
        ))}
        <Field at={[]} field={smoothing} value={given.labelSmoothing} />
        <Field at={['evaluation']} field={evaluate} value={getAt(given.evaluation, ['everyEpochs'])} />
      </div>
    </details>
  )
})
