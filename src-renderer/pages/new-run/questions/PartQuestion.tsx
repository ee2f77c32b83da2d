import { memo } from 'react'
import { Field } from '../Field.tsx'
import { useForm } from '../form.ts'
import { ChoiceField } from '../inputs.tsx'
import type { Choice } from '../model/fields.ts'
import type { OptionalPart } from '../model/optionalParts.ts'
import { getAt } from '../model/tree.ts'

interface PartQuestionProps {
  readonly part: OptionalPart
  /** The part of the draft; undefined where it has none. */
  readonly value: unknown
}

const none = 'none'

/** Whether the run has the part, and if so, what the part is made of. */
export const PartQuestion = memo(function PartQuestion({ part, value }: PartQuestionProps) {
  const { set } = useForm()
  const { path, label, hint, kinds, kindOf } = part
  const name = value === undefined ? none : kindOf(value)
  const kind = kinds[name]
  const options: Choice[] = [none, ...Object.keys(kinds)].map((one) => [one, one])
  const at = kind?.at ?? path
  return (
    <>
      <ChoiceField
        // What is wrong with a part is said beside its fields, where it has any.
        path={kind === undefined || kind.fields.length === 0 ? path : [...path, 'is']}
        label={label}
        hint={hint}
        value={name}
        options={options}
        onChoose={(chosen) => set(path, kinds[chosen]?.start)}
      />
      {kind?.fields.map((field) => (
        <Field
          key={`${name} ${field.key}`}
          at={at}
          field={field}
          value={kind.at === undefined ? getAt(value, [field.key]) : value}
        />
      ))}
    </>
  )
})
