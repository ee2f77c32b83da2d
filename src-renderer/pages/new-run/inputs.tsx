import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import classes from './Field.module.css'
import { useForm } from './form.ts'
import {
  type Choice,
  type FieldSpec,
  problemAt,
  readNumber,
  readNumbers,
  writeValue,
} from './model/fields.ts'
import { type Path, pathText } from './model/tree.ts'

const dense = { label: classes.label, input: classes.input, error: classes.error } as const

export interface ValueFieldProps {
  readonly path: Path
  readonly field: FieldSpec
  readonly value: unknown
  readonly unit: string
  readonly isWide?: boolean
}

/** Text, so that anything can be typed and is told what is wrong with it. What is a number is kept as one. */
export function ValueField({ path, field, value, unit, isWide }: ValueFieldProps) {
  const { set, problems } = useForm()
  const { type, label, empty } = field
  const read = (text: string): unknown => {
    if (text.trim() === '' && empty !== undefined) return undefined
    if (type.is === 'numbers') return readNumbers(text)
    if (type.is === 'json') return readTree(text)
    return type.is === 'number' ? readNumber(text) : text
  }
  const { text, type: typed } = useTyped(value, read)
  const name = pathText(path)
  // Where nothing is written, what that means stands in its place.
  const shownUnit = text === '' && empty !== undefined ? '' : unit
  return (
    <TextInput
      size="xs"
      className={isWide ? classes.wide : undefined}
      classNames={dense}
      label={label}
      title={field.hint}
      name={name}
      value={text}
      placeholder={empty}
      error={problemAt(problems, name, label)}
      inputMode={type.is === 'number' ? 'decimal' : undefined}
      autoComplete="off"
      spellCheck={false}
      rightSection={shownUnit === '' ? undefined : <span className={classes.unit}>{shownUnit}</span>}
      rightSectionWidth={shownUnit === '' ? undefined : `${shownUnit.length * 0.42 + 0.9}rem`}
      rightSectionPointerEvents="none"
      onChange={({ currentTarget }) => {
        typed(currentTarget.value)
        set(path, read(currentTarget.value))
      }}
    />
  )
}

/** JSON as what it says, or the text itself where it is none, for the schema to refuse. */
function readTree(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What was typed stands as it was typed ("0.10") for as long as it means the value of the draft. */
function useTyped(value: unknown, read: (text: string) => unknown) {
  const [typed, setTyped] = useState<string>()
  const isSame = typed !== undefined && JSON.stringify(read(typed)) === JSON.stringify(value)
  return { text: isSame ? typed : writeValue(value), type: setTyped }
}

interface ChoiceFieldProps {
  readonly path: Path
  readonly label: string
  readonly hint?: string | undefined
  readonly value: unknown
  readonly options: readonly Choice[]
  /** What else choosing changes; by default the value is set. */
  readonly onChoose?: (value: string | number) => void
}

export function ChoiceField({ path, label, hint, value, options, onChoose }: ChoiceFieldProps) {
  const { set, problems } = useForm()
  const name = pathText(path)
  const known = options.some(([one]) => one === value)
  // A value that is none of the choices (from a spec written by hand) is shown, not silently changed.
  const data = [
    ...(known ? [] : [{ value: writeValue(value), label: writeValue(value) || 'choose' }]),
    ...options.map(([one, words]) => ({ value: String(one), label: words })),
  ]
  return (
    <NativeSelect
      size="xs"
      classNames={dense}
      label={label}
      title={hint}
      name={name}
      data={data}
      value={writeValue(value)}
      error={problemAt(problems, name, label)}
      onChange={({ currentTarget }) => {
        const chosen = options.find(([one]) => String(one) === currentTarget.value)?.[0]
        if (chosen === undefined) return
        if (onChoose === undefined) set(path, chosen)
        else onChoose(chosen)
      }}
    />
  )
}
