import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { Explained } from '../../new-run/Explained.tsx'
import { useForm } from '../../new-run/form.ts'
import { problemAt, readNumber, readNumbers } from '../../new-run/model/fields.ts'
import { getAt, type Path, pathText } from '../../new-run/model/tree.ts'
import { useStudyForm } from './studyForm.ts'

/*
 * Answers that are numbers are typed as text, so that anything can be typed; what is a number is kept as one, and the host
 * says what is wrong with the rest.
 */

interface FieldProps {
  readonly path: Path
  readonly label: string
  readonly hint?: string
  readonly placeholder?: string
  readonly width?: number
}

export function NumberField(props: FieldProps) {
  return <TypedField {...props} read={(text) => (text.trim() === '' ? undefined : readNumber(text))} />
}

/** "0.01, 0.1, 1" */
export function NumbersField(props: FieldProps) {
  return <TypedField {...props} read={(text) => (text.trim() === '' ? undefined : readNumbers(text))} />
}

/** Lists of numbers, each a value: "64; 128, 64". */
export function NumberListsField(props: FieldProps) {
  return (
    <TypedField
      {...props}
      read={(text) =>
        text
          .split(';')
          .map(readNumbers)
          .filter((list) => list.length > 0)
      }
      write={(value) => (Array.isArray(value) ? value.map((list) => textOf(list)).join('; ') : value)}
    />
  )
}

/** Shares of a whole, typed in percent: "5, 10, 100". */
export function SharesField(props: FieldProps) {
  return (
    <TypedField
      {...props}
      read={(text) =>
        text.trim() === ''
          ? undefined
          : readNumbers(text).map((part) => (typeof part === 'number' ? hundredth(part) : part))
      }
      write={(value) =>
        Array.isArray(value)
          ? value.map((part) => (typeof part === 'number' ? hundredfold(part) : part))
          : value
      }
    />
  )
}

const hundredth = (percent: number): number => Number((percent / 100).toPrecision(12))
const hundredfold = (share: number): number => Number((100 * share).toPrecision(12))

interface TypedFieldProps extends FieldProps {
  readonly read: (text: string) => unknown
  readonly write?: (value: unknown) => unknown
}

function TypedField({
  path,
  label,
  hint,
  placeholder,
  width,
  read,
  write = (value) => value,
}: TypedFieldProps) {
  const { tree, set } = useStudyForm()
  const { problems } = useForm()
  const value = getAt(tree, path)
  const [typed, setTyped] = useState<string>()
  // What was typed stands while it says what the draft has.
  const text = typed !== undefined && isSame(read(typed), value) ? typed : textOf(write(value))
  return (
    <Explained hint={hint}>
      <TextInput
        size="xs"
        label={label}
        name={pathText(path)}
        error={problemAt(problems, pathText(path), label)}
        aria-description={hint}
        {...(width !== undefined && { w: width })}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={({ currentTarget }) => {
          setTyped(currentTarget.value)
          set(path, read(currentTarget.value))
        }}
      />
    </Explained>
  )
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return Array.isArray(value) ? value.map((one) => textOf(one)).join(', ') : String(value)
}
