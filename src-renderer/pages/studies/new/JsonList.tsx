import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { getAt, type Path } from '../../new-run/model/tree.ts'
import classes from './NewStudy.module.css'
import { useStudyForm } from './studyForm.ts'

interface JsonListProps {
  readonly path: Path
  readonly label: string
  readonly placeholder: string
}

/** A list of parts as JSON; empty: the field is not there. */
export function JsonList({ path, label, placeholder }: JsonListProps) {
  const { tree, set } = useStudyForm()
  const value = getAt(tree, path)
  const [typed, setTyped] = useState<string>()
  const isWrong = typed !== undefined && typed.trim() !== '' && listIn(typed) === undefined
  return (
    <TextInput
      className={classes.values}
      size="xs"
      label={label}
      placeholder={placeholder}
      spellCheck={false}
      autoComplete="off"
      value={typed ?? (value === undefined ? '' : JSON.stringify(value))}
      error={isWrong && 'must be a list in JSON'}
      onBlur={() => {
        if (!isWrong) setTyped(undefined)
      }}
      onChange={({ currentTarget: { value: text } }) => {
        setTyped(text)
        const list = listIn(text)
        if (list !== undefined || text.trim() === '') set(path, list)
      }}
    />
  )
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
