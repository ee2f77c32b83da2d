import { Button, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useForm } from '../../new-run/form.ts'
import { problemAt } from '../../new-run/model/fields.ts'
import { getAt, type Path, pathText } from '../../new-run/model/tree.ts'
import classes from './NewStudy.module.css'
import { readPart, textKey, waitingProblem } from './partTexts.ts'
import { useStudyForm } from './studyForm.ts'

interface JsonListProps {
  readonly path: Path
  readonly label: string
  readonly placeholder: string
}

/**
 * A list of parts as JSON; empty: the field is not there. A list that was typed stands until it is changed elsewhere: the
 * fields and this text show one value. A text that is no list stands until it is mended or thrown away.
 */
export function JsonList({ path, label, placeholder }: JsonListProps) {
  const { tree, texts, typePart, dropText } = useStudyForm()
  const { problems } = useForm()
  const value = getAt(tree, path)
  const [typed, setTyped] = useState<{ readonly text: string; readonly of: string | undefined }>()
  const isCurrent = typed !== undefined && typed.of === JSON.stringify(value)
  const waiting = texts[textKey(tree, path)]
  const wrong = waitingProblem({ tree, texts }, path)
  return (
    <div className={classes.values}>
      <Textarea
        classNames={{ input: classes.code ?? '' }}
        size="xs"
        autosize
        minRows={1}
        maxRows={14}
        label={label}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        value={waiting ?? (isCurrent ? typed.text : writeList(value))}
        error={wrong ?? problemAt(problems, pathText(path), 'The list')}
        onBlur={() => setTyped(undefined)}
        onChange={({ currentTarget: { value: text } }) => {
          const next = readPart(path, text)
          setTyped('value' in next ? { text, of: JSON.stringify(next.value) } : undefined)
          typePart(path, text)
        }}
      />
      {wrong !== undefined && (
        <Button size="compact-xs" variant="default" mt={4} onClick={() => dropText(path)}>
          Back to the list as it was
        </Button>
      )}
    </div>
  )
}

/** A line an entry: a long list stays readable, a short one short. */
function writeList(value: unknown): string {
  if (value === undefined) return ''
  if (!Array.isArray(value) || value.length < 2) return JSON.stringify(value)
  return `[\n${value.map((entry) => `  ${JSON.stringify(entry)}`).join(',\n')}\n]`
}
