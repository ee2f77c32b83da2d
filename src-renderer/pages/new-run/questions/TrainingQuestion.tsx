import { memo } from 'react'
import { Field } from '../Field.tsx'
import { useForm } from '../form.ts'
import { ChoiceField } from '../inputs.tsx'
import type { FieldSpec } from '../model/fields.ts'
import { kindChoices, optimizerKind, optimizers } from '../model/runFields.ts'
import { getAt, textAt } from '../model/tree.ts'
import classes from './Questions.module.css'

const choices = kindChoices(optimizers)

export const TrainingQuestion = memo(function TrainingQuestion({
  optimizer,
  batchSize,
}: {
  readonly optimizer: unknown
  readonly batchSize: unknown
}) {
  const { set } = useForm()
  const kind = textAt(optimizer, ['kind'])
  return (
    <fieldset className={classes.part}>
      <legend>Training</legend>
      <ChoiceField
        path={['optimizer', 'kind']}
        label="Optimizer"
        value={kind}
        options={choices}
        onChoose={(chosen) => set(['optimizer'], { kind: chosen, ...optimizerKind(String(chosen))?.start })}
      />
      <Field at={[]} field={batch} value={batchSize} />
      {optimizerKind(kind)?.fields.map((field) => (
        <Field
          key={`${kind} ${field.key}`}
          at={['optimizer']}
          field={field}
          value={getAt(optimizer, [field.key])}
        />
      ))}
    </fieldset>
  )
})

const batch: FieldSpec = { key: 'batchSize', label: 'Batch size', type: { is: 'number', unit: 'examples' } }
