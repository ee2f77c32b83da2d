import { Button } from '@mantine/core'
import { memo } from 'react'
import { Field } from '../Field.tsx'
import { useForm } from '../form.ts'
import { ChoiceField } from '../inputs.tsx'
import { kindChoices, modelKind, models } from '../model/runFields.ts'
import { topologyText } from '../model/topology.ts'
import { getAt, textAt } from '../model/tree.ts'
import classes from './Questions.module.css'

const choices = kindChoices(models)

interface ModelQuestionProps {
  /** The model of the draft. */
  readonly value: unknown
  /** The model of the user's own cannot be trained as it is. */
  readonly isWrong: boolean
  /** Opens the editor of a model of one's own. */
  readonly onEdit: () => void
}

export const ModelQuestion = memo(function ModelQuestion({ value, isWrong, onEdit }: ModelQuestionProps) {
  const { set } = useForm()
  const kind = textAt(value, ['kind'])
  return (
    <fieldset className={classes.part}>
      <legend>Model</legend>
      <ChoiceField
        path={['model', 'kind']}
        label="Network"
        value={kind}
        options={choices}
        onChoose={(chosen) => {
          set(['model'], { kind: chosen, ...modelKind(String(chosen))?.start })
          if (chosen === 'layers') onEdit()
        }}
      />
      {modelKind(kind)?.fields.map((field) => (
        <Field key={`${kind} ${field.key}`} at={['model']} field={field} value={getAt(value, [field.key])} />
      ))}
      {kind === 'layers' && (
        <div className={classes.wide}>
          <p className={classes.own} data-wrong={isWrong}>
            {topologyText(getAt(value, ['topology']))}
          </p>
          <Button size="compact-xs" variant="default" onClick={onEdit}>
            Edit the model
          </Button>
        </div>
      )}
    </fieldset>
  )
})
