import { type ReactNode, useMemo, useState } from 'react'
import { Field } from '../Field.tsx'
import { type Form, FormContext, useForm } from '../form.ts'
import { familyOf } from '../model/families.ts'
import type { FieldSpec } from '../model/fields.ts'
import { getAt, type Path, pathText, setAt, textAt } from '../model/tree.ts'
import classes from './Designer.module.css'
import { fieldWords, isFine } from './fineFields.ts'
import type { WarmUp } from './ScheduleNode.tsx'

interface Place {
  /** Of a schedule in the spec. */
  readonly path: Path
  readonly value: unknown
  readonly fields: readonly FieldSpec[]
}

interface FieldGridProps {
  readonly places: readonly Place[]
  /** Behind them. */
  readonly children?: ReactNode
}

/** The fields of some schedules in one grid. */
export function FieldGrid({ places, children }: FieldGridProps) {
  return (
    <div className={classes.fields}>
      {places.flatMap(({ path, value, fields }) =>
        fields.map((field) => (
          <Field
            key={`${pathText(path)} ${textAt(value, ['kind'])} ${field.key}`}
            at={path}
            field={field}
            value={getAt(value, [field.key])}
            time={textAt(value, ['unit'])}
          />
        )),
      )}
      {children}
    </div>
  )
}

interface FineFieldsProps {
  readonly path: Path
  readonly value: unknown
  readonly warmUp?: WarmUp
}

/** What most schedules leave as it is, folded; open where something in it is wrong. */
export function FineFields({ path, value, warmUp }: FineFieldsProps) {
  const form = useForm()
  const [isOpen, setOpen] = useState(false)
  const own = (familyOf(textAt(value, ['kind']))?.fields ?? []).filter(isFine)
  const tied = useMemo(
    () => (warmUp === undefined ? [] : tiedKeys(own, value, warmUp.value)),
    [own, value, warmUp],
  )
  const ofWarmUp = warmUp === undefined ? [] : warmUpFields(tied)
  const tiedForm = useTiedForm(form, warmUp?.path, tied)
  if (own.length + ofWarmUp.length === 0) return null
  const isWrong = [
    ...own.map((field) => [path, field] as const),
    ...ofWarmUp.map((field) => [warmUp?.path ?? [], field] as const),
  ].some(([at, { key }]) => hasProblem(form, [...at, key]))
  const words = [
    ...own.map((field) => fieldWords(field, getAt(value, [field.key]))),
    ...ofWarmUp.map((field) => `warm-up’s ${fieldWords(field, getAt(warmUp?.value, [field.key]))}`),
  ]
  return (
    <details
      className={classes.fine}
      open={isOpen || isWrong}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>
        <span>Finer</span> <span className={classes.fineWords}>{words.join(' · ')}</span>
      </summary>
      <FormContext value={tiedForm}>
        <FieldGrid
          places={[
            { path, value, fields: own },
            ...(warmUp === undefined ? [] : [{ ...warmUp, fields: ofWarmUp }]),
          ]}
        />
      </FormContext>
    </details>
  )
}

/** Fields that a warm-up shares with the schedule behind it while the two say the same: asked once, for both. */
const shareable = ['unit', 'update'] as const

function tiedKeys(own: readonly FieldSpec[], value: unknown, warmUp: unknown): string[] {
  const has = new Set(own.map(({ key }) => key))
  return shareable.filter(
    (key) => has.has(key) && JSON.stringify(getAt(value, [key])) === JSON.stringify(getAt(warmUp, [key])),
  )
}

/** Its momentum is not asked for: that of the schedule behind it counts from the first step on. */
const warmUpFields = (tied: readonly string[]): FieldSpec[] =>
  (familyOf('warmup')?.fields ?? []).filter(
    (field) => isFine(field) && field.key !== 'momentum' && !tied.includes(field.key),
  )

/** What is set of a tied field is set of the warm-up too. */
function useTiedForm(form: Form, warmUp: Path | undefined, tied: readonly string[]): Form {
  return useMemo(() => {
    if (warmUp === undefined || tied.length === 0) return form
    return {
      ...form,
      set(path, to) {
        const within = path.slice(warmUp.length + 1)
        if (!tied.includes(String(within[0]))) return form.set(path, to)
        form.update(warmUp, (old) => setAt(setAt(old, ['schedule', ...within], to), within, to))
      },
    }
  }, [form, warmUp, tied])
}

const hasProblem = ({ problems }: Form, path: Path): boolean => {
  const name = pathText(path)
  return Object.keys(problems).some((one) => one === name || one.startsWith(`${name}.`))
}
