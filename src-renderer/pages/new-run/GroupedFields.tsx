import { useForm } from './form.ts'
import { ChoiceField, ValueField } from './inputs.tsx'
import type { FieldSpec } from './model/fields.ts'
import { curves, shapes, updates } from './model/groupedChoices.ts'
import { getAt, type Path, textAt } from './model/tree.ts'

/*
 * Answers that are a choice with numbers of its own: a profile with its parameter, a sampling rate with its steps, a
 * momentum curve with its ends. Choosing puts the usual numbers there.
 */

interface Props {
  readonly path: Path
  readonly value: unknown
}

const profileStart: Readonly<Record<string, object>> = {
  exponential: { k: 4 },
  polynomial: { power: 0.9 },
  rex: { beta: 0.5 },
}
const profileFields: Readonly<Record<string, FieldSpec>> = {
  exponential: { key: 'k', label: 'Profile k', type: { is: 'number' } },
  polynomial: { key: 'power', label: 'Profile power', type: { is: 'number' } },
  rex: { key: 'beta', label: 'Profile β', type: { is: 'number' } },
}

export function ProfileField({ path, value }: Props) {
  const { set } = useForm()
  const shape = textAt(value, ['shape'])
  const field = profileFields[shape]
  return (
    <>
      <ChoiceField
        path={[...path, 'shape']}
        label="Profile"
        hint="How the rate falls."
        value={shape}
        options={shapes}
        onChoose={(chosen) => set(path, { shape: chosen, ...profileStart[chosen] })}
      />
      {field && (
        <ValueField path={[...path, field.key]} field={field} value={getAt(value, [field.key])} unit="" />
      )}
    </>
  )
}

const updateStart: Readonly<Record<string, unknown>> = {
  step: 'step',
  epoch: 'epoch',
  every: { every: 100 },
  atFractions: { atFractions: [0.5, 0.75] },
  atSteps: { atSteps: [1000] },
}
const updateFields: Readonly<Record<string, FieldSpec & { readonly unit: string }>> = {
  every: { key: 'every', label: 'Moves every', type: { is: 'number' }, unit: 'steps' },
  atFractions: { key: 'atFractions', label: 'Moves at', type: { is: 'numbers' }, unit: 'of budget' },
  atSteps: { key: 'atSteps', label: 'Moves at', type: { is: 'numbers' }, unit: 'steps' },
}

export function UpdateField({ path, value }: Props) {
  const { set } = useForm()
  const chosen = typeof value === 'string' ? value : (Object.keys(value ?? {})[0] ?? '')
  const field = updateFields[chosen]
  return (
    <>
      <ChoiceField
        path={path}
        label="Rate moves"
        hint="The sampling rate: when the rate is computed anew; in between it keeps its value."
        value={chosen}
        options={updates}
        onChoose={(kind) => set(path, updateStart[kind])}
      />
      {field && (
        <ValueField
          path={[...path, field.key]}
          field={field}
          value={getAt(value, [field.key])}
          unit={field.unit}
        />
      )}
    </>
  )
}

const curveStart: Readonly<Record<string, object>> = {
  constant: { value: 0.9 },
  inverse: { low: 0.85, high: 0.95 },
  demon: { init: 0.9, delay: 0 },
}
const curveFields: Readonly<Record<string, readonly FieldSpec[]>> = {
  constant: [{ key: 'value', label: 'Momentum value', type: { is: 'number' } }],
  inverse: [
    { key: 'low', label: 'Lowest momentum', type: { is: 'number' } },
    { key: 'high', label: 'Highest momentum', type: { is: 'number' } },
  ],
  demon: [
    { key: 'init', label: 'First momentum', type: { is: 'number' } },
    { key: 'delay', label: 'Momentum delay', type: { is: 'number' } },
  ],
}

export function MomentumField({ path, value }: Props) {
  const { set } = useForm()
  const curve = value === undefined ? 'none' : textAt(value, ['curve'])
  const fields = curveFields[curve] ?? []
  return (
    <>
      <ChoiceField
        path={value === undefined ? path : [...path, 'curve']}
        label="Momentum"
        hint="SGD’s momentum, or Adam’s beta1, beside the rate."
        value={curve}
        options={curves}
        onChoose={(kind) => set(path, kind === 'none' ? undefined : { curve: kind, ...curveStart[kind] })}
      />
      {fields.map((field) => (
        <ValueField
          key={field.key}
          path={[...path, field.key]}
          field={field}
          value={getAt(value, [field.key])}
          unit={field.key === 'delay' ? 'of budget' : ''}
        />
      ))}
    </>
  )
}
