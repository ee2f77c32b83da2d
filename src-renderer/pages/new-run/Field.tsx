import { Checkbox } from '@mantine/core'
import { memo } from 'react'
import { Explained } from './Explained.tsx'
import classes from './Field.module.css'
import { useForm } from './form.ts'
import { MomentumField, ProfileField, UpdateField } from './GroupedFields.tsx'
import { ChoiceField, ValueField, type ValueFieldProps } from './inputs.tsx'
import { type FieldSpec, problemAt, unitText } from './model/fields.ts'
import { type Path, pathText } from './model/tree.ts'

interface FieldProps {
  /** Of the object the field belongs to. */
  readonly at: Path
  readonly field: FieldSpec
  readonly value: unknown
  /** The unit of the schedule's lengths. */
  readonly time?: string
}

/** Two paths of the same keys are the same place: a new array is no reason to draw a field again. */
const sameField = (a: FieldProps, b: FieldProps): boolean =>
  a.value === b.value && a.field === b.field && a.time === b.time && pathText(a.at) === pathText(b.at)

/** One question of the form, asked as its type wants it, with what is wrong with the answer beside it. */
export const Field = memo(function Field({ at, field, value, time = 'epoch' }: FieldProps) {
  const path = [...at, field.key]
  const { type } = field
  switch (type.is) {
    case 'number':
    case 'numbers':
      return <ValueField path={path} field={field} value={value} unit={unitText(type.unit, time)} />
    case 'text':
      return <ValueField path={path} field={field} value={value} unit="" isWide />
    case 'choice':
      return (
        <ChoiceField path={path} label={field.label} hint={field.hint} value={value} options={type.options} />
      )
    case 'flag':
      return <FlagField path={path} field={field} value={value} />
    case 'profile':
      return <ProfileField path={path} value={value} />
    case 'update':
      return <UpdateField path={path} value={value} />
    case 'momentum':
      return <MomentumField path={path} value={value} />
    // A model of one's own is edited on a page of its own: see OwnModel.tsx.
    case 'json':
      return null
  }
}, sameField)

function FlagField({ path, field, value }: Pick<ValueFieldProps, 'path' | 'field' | 'value'>) {
  const { set, problems } = useForm()
  const name = pathText(path)
  return (
    <Explained hint={field.hint}>
      <Checkbox
        className={classes.flag}
        label={field.label}
        description={field.hint}
        classNames={{ description: classes.heard ?? '' }}
        name={name}
        checked={value === true}
        error={problemAt(problems, name, field.label)}
        onChange={({ currentTarget }) => set(path, currentTarget.checked)}
      />
    </Explained>
  )
}
