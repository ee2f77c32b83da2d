import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Explained, explained, heardOf } from './Explained.tsx'
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
  const { type, label, empty, hint } = field
  const read = (text: string): unknown => {
    if (text.trim() === '' && empty !== undefined) return undefined
    if (type.is === 'numbers') return readNumbers(text)
    return type.is === 'number' ? readNumber(text) : text
  }
  const { text, type: typed } = useTyped(value, read)
  const name = pathText(path)
  return (
    <Explained hint={hint} words={isWide ? 'whole' : 'short'}>
      <TextInput
        size="xs"
        {...explained(hint)}
        label={label}
        name={name}
        value={text}
        placeholder={empty}
        error={problemAt(problems, name, label)}
        inputMode={type.is === 'number' ? 'decimal' : undefined}
        autoComplete="off"
        spellCheck={false}
        // Where nothing is written, what that means stands in its place.
        {...unitSection(text === '' && empty !== undefined ? '' : unit)}
        {...(unit === '×' && { 'data-times': true })}
        onChange={({ currentTarget }) => {
          typed(currentTarget.value)
          set(path, read(currentTarget.value))
        }}
      />
    </Explained>
  )
}

/** A unit stands behind the number; "×" before it, where behind it looks like a button that clears the field. */
function unitSection(unit: string) {
  if (unit === '') return {}
  const section = <span className={classes.unit}>{unit}</span>
  if (unit === '×')
    return { leftSection: section, leftSectionWidth: '1.25rem', leftSectionPointerEvents: 'none' } as const
  return {
    rightSection: section,
    rightSectionWidth: `${unit.length * 0.42 + 0.9}rem`,
    rightSectionPointerEvents: 'none',
  } as const
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
    <Explained hint={hint} choices={options} words={roomFor(data.map((one) => one.label))}>
      <NativeSelect
        size="xs"
        {...explained(heardOf(hint, options, value))}
        rightSectionWidth="1.25rem"
        label={label}
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
    </Explained>
  )
}

/** Letters that fit into a select of the designer's columns, and into one of the questions' wider ones. */
const shortWords = 11
const mediumWords = 14

/** How much room a select needs so that none of its choices is cut. */
function roomFor(choices: readonly string[]): 'short' | 'medium' | 'long' {
  const longest = Math.max(0, ...choices.map((words) => words.length))
  if (longest <= shortWords) return 'short'
  return longest <= mediumWords ? 'medium' : 'long'
}
