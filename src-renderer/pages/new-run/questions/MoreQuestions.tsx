import { memo, useState } from 'react'
import { Field } from '../Field.tsx'
import type { FieldSpec } from '../model/fields.ts'
import { imageParts, stepParts } from '../model/optionalParts.ts'
import { getAt } from '../model/tree.ts'
import { PartQuestion } from './PartQuestion.tsx'
import classes from './Questions.module.css'

const augmentation: readonly FieldSpec[] = [
  {
    key: 'crop',
    label: 'Random crop',
    type: { is: 'number', unit: 'px' },
    hint: 'Pixels of padding before a random crop back to the image’s size.',
  },
  { key: 'flip', label: 'Mirror half', type: { is: 'flag' } },
  {
    key: 'rotation',
    label: 'Rotation up to',
    type: { is: 'number' },
    hint: 'Degrees to either side, drawn for each image.',
    empty: 'none',
  },
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
  readonly clipping: unknown
  readonly ema: unknown
  readonly classWeights: unknown
  readonly evaluation: unknown
  /** Something in here is wrong: it must be seen. */
  readonly isWrong: boolean
}) {
  const [isOpen, setOpen] = useState(false)
  const isUsual =
    getAt(given.augmentation, ['crop']) === 0 &&
    getAt(given.augmentation, ['flip']) === false &&
    getAt(given.augmentation, ['rotation']) === undefined &&
    given.labelSmoothing === 0 &&
    [...imageParts, ...stepParts].every(({ path }) => getAt(given, path) === undefined)
  return (
    <details
      className={classes.more}
      open={isOpen || given.isWrong}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>Augmentation, smoothing, clipping, averages{isUsual ? ': none' : ''}</summary>
      <div className={classes.grid}>
        {augmentation.map((field) => (
          <Field
            key={field.key}
            at={['augmentation']}
            field={field}
            value={getAt(given.augmentation, [field.key])}
          />
        ))}
        {imageParts.map((part) => (
          <PartQuestion key={part.label} part={part} value={getAt(given, part.path)} />
        ))}
        <Field at={[]} field={smoothing} value={given.labelSmoothing} />
        {stepParts.map((part) => (
          <PartQuestion key={part.label} part={part} value={getAt(given, part.path)} />
        ))}
        <Field at={['evaluation']} field={evaluate} value={getAt(given.evaluation, ['everyEpochs'])} />
      </div>
    </details>
  )
})
