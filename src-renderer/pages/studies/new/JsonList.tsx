import { Textarea } from '@mantine/core'
import { useState } from 'react'
import { useForm } from '../../new-run/form.ts'
import { problemAt } from '../../new-run/model/fields.ts'
import { getAt, type Path, pathText } from '../../new-run/model/tree.ts'
import classes from './NewStudy.module.css'
import { useStudyForm } from './studyForm.ts'

interface JsonListProps {
  readonly path: Path
  readonly label: string
  readonly placeholder: string
}

/**
 * A list of parts as JSON; empty: the field is not there. What was typed stands until the list is changed elsewhere: the
 * fields and this text show one value.
 */
export function JsonList({ path, label, placeholder }: JsonListProps) {
  const { tree, set } = useStudyForm()
  const { problems } = useForm()
  const value = getAt(tree, path)
  const [typed, setTyped] = useState<{ readonly text: string; readonly of: string | undefined }>()
  const isCurrent = typed !== undefined && typed.of === JSON.stringify(value)
  const text = isCurrent ? typed.text : writeList(value)
  const isWrong = text.trim() !== '' && listIn(text) === undefined
  return (
    <Textarea
      className={classes.values}
      classNames={{ input: classes.code ?? '' }}
      size="xs"
      autosize
      minRows={1}
      maxRows={14}
      label={label}
      placeholder={placeholder}
      spellCheck={false}
      autoComplete="off"
      value={text}
      error={isWrong ? 'must be a list in JSON' : problemAt(problems, pathText(path), 'The list')}
      onBlur={() => {
        if (!isWrong) setTyped(undefined)
      }}
      onChange={({ currentTarget: { value: next } }) => {
        const list = listIn(next)
        const isGone = next.trim() === ''
        setTyped({ text: next, of: JSON.stringify(isGone || list !== undefined ? list : value) })
        if (isGone || list !== undefined) set(path, list)
      }}
    />
  )
}

/** A line an entry: a long list stays readable, a short one short. */
function writeList(value: unknown): string {
  if (value === undefined) return ''
  if (!Array.isArray(value) || value.length < 2) return JSON.stringify(value)
  return `[\n${value.map((entry) => `  ${JSON.stringify(entry)}`).join(',\n')}\n]`
}

/** The list that a text is; undefined where it is none. */
function listIn(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
